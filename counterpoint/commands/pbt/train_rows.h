// Rows for pbt train: loaded, and told about.
#pragma once
#include <string>
#include <vector>

#include "counterpoint/persuasion/train/preference_rows.h"

namespace counterpoint::commands {

/// Each tells what became of the file's rows (tell_rows). Error: as the loaders of persuasion/train/.
persuasion::PreferenceRows preference_rows(const std::string& file, const persuasion::RowOptions& limits,
                                           const persuasion::RowEncoder& encoder);
std::vector<nn::TrainRow> pair_rows(const std::string& file, const persuasion::RowOptions& limits,
                                    const persuasion::RowEncoder& encoder);
std::vector<nn::TrainRow> sft_rows(const std::string& spec, const persuasion::RowOptions& limits,
                                   const persuasion::RowEncoder& encoder);

}  // namespace counterpoint::commands
