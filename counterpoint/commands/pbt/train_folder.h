// The folder of a training run: config.json tells what shaped it, summary.json that it is finished. The adapter,
// metrics.jsonl and the checkpoints are train::fit's.
#pragma once
#include <filesystem>
#include <memory>
#include <optional>

#include "counterpoint/core/files.h"
#include "counterpoint/data/jsonl.h"
#include "counterpoint/train/fit.h"

namespace counterpoint::commands {

class TrainFolder {
 public:
  /// Creates the folder, or opens that of an earlier run of `command`; other processes are kept out as long as this
  /// lives. `settings`: what must be the same; `run`: what may differ, such as threads and paths. Error: the folder
  /// holds something else, a run that is at work, or one with other settings that has a checkpoint, naming each
  /// difference.
  TrainFolder(const std::filesystem::path& folder, const std::string& command, const data::Json& settings,
              const data::Json& run);

  /// How the run ended; nullopt: it has not.
  std::optional<train::FitResult> finished() const;
  void finish(const train::FitResult& result) const;

 private:
  std::filesystem::path folder_;
  std::unique_ptr<LineAppender> lock_;
};

}  // namespace counterpoint::commands
