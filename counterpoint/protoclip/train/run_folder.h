// The folder of a run: whose it is, and what its run was started with.
#pragma once
#include <filesystem>

#include "counterpoint/protoclip/train/trainer.h"

namespace counterpoint::protoclip {

/// Written last: what stands there is finished.
inline constexpr const char* summary_file = "summary.json";

/// Begin the names of files that are made of a run's captions and stand in its folder before config.json does.
inline constexpr const char *vocabulary_prefix = "vocabulary-", *teacher_prefix = "teacher-";

/// Error: the folder holds files but no config.json of 'protoclip train'. A run would write over them.
void check_run_folder(const std::filesystem::path& folder);

/// What config.json tells.
struct RunConfig {
  std::string version;
  data::Json settings;               ///< what two calls must share to be of one run
  std::filesystem::path pretrained;  ///< where the model to start from lies now; "": none
};
RunConfig run_config(const TrainSettings& settings, const TrainData& data);

/// Error: as check_run_folder; the folder has a run (a checkpoint or summary.json) of other settings, data, vocabulary
/// or teacher; names the first.
void check_same_run(const std::filesystem::path& folder, const RunConfig& config);

/// What a finished run came to; nullopt: it is not finished, or its model is gone.
std::optional<TrainResult> finished_run(const std::filesystem::path& folder);

/// Writes config.json, after check_same_run. Error: no space.
void begin_run(const std::filesystem::path& folder, const RunConfig& config);

}  // namespace counterpoint::protoclip
