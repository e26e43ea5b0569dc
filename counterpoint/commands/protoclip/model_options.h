// The options that name a trained model.
#pragma once
#include <CLI/CLI.hpp>
#include <filesystem>

#include "counterpoint/protoclip/evaluate/encode.h"
#include "counterpoint/protoclip/evaluate/model_folder.h"

namespace counterpoint::commands::protoclip {

struct ModelOptions {
  std::filesystem::path model, vocabulary;
  std::string device = "cpu";
  std::int64_t batch = 128;
  int workers = 2;
  double max_bad_fraction = 0.01;
};

/// --model, --vocabulary.
void add_model_options(CLI::App& command, ModelOptions& options, bool required = true);
/// --device, --batch-size, --workers, --max-bad-fraction.
void add_encoding_options(CLI::App& command, ModelOptions& options);

counterpoint::protoclip::OpenedModel open_model(const ModelOptions& options);
counterpoint::protoclip::EncodeSettings encode_settings(const ModelOptions& options, ProgressSink* progress = nullptr);

/// The first bad pictures to standard error, each on its line.
void tell_bad(const std::vector<std::string>& bad);

}  // namespace counterpoint::commands::protoclip
