// The options that name a set of image-text pairs.
#pragma once
#include <CLI/CLI.hpp>

#include "counterpoint/data/image_text/pair_set.h"

namespace counterpoint::commands::protoclip {

/// --train-data (or `name`), --dataset-type and the --csv-* options, under open_clip's names.
void add_data_options(CLI::App& command, image_text::DataOptions& data, const std::string& name = "--train-data");

/// The set `data`, in the form of `form`.
image_text::DataOptions same_form(image_text::DataOptions form, const std::string& data);

/// Opens the set and writes its notes (what was left out) to standard error.
image_text::PairSet open_noted(const image_text::DataOptions& data);

}  // namespace counterpoint::commands::protoclip
