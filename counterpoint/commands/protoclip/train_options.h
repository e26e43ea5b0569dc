// The options of `protoclip train`.
#pragma once
#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>

#include "counterpoint/data/image_text/pair_set.h"
#include "counterpoint/protoclip/train/periodic_evaluation.h"
#include "counterpoint/protoclip/train/train_settings.h"

namespace counterpoint::commands::protoclip {

struct TrainOptions {
  image_text::DataOptions data, test;
  counterpoint::protoclip::TrainSettings train;
  counterpoint::protoclip::EvaluationFrequencies frequencies;
  std::filesystem::path output, vocabulary, templates;
  std::string teacher, keywords;
  std::int64_t vocabulary_size = 4096, accum_freq = 1;
  bool no_augment = false, no_back_translation = false;
};

/// In groups, those that are rarely needed only in --help-all. Where the released code calls an option otherwise, it
/// has that name too, behind ours.
void add_train_options(CLI::App& command, TrainOptions& options);

/// What the flags say, in the settings' own words. Error: options that contradict each other.
void settle(const CLI::App& command, TrainOptions& options);

}  // namespace counterpoint::commands::protoclip
