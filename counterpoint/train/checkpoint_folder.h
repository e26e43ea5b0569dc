// Folders checkpoint-STEP/ in a run's folder, whatever is in them.
//
// A checkpoint is written into checkpoint-STEP.partial and synced; an empty file DONE comes last, and without it the
// checkpoint does not count. Only then what is called checkpoint-STEP goes, and the new one takes its name: a kill
// leaves the one or the other.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace counterpoint::train {

/// RUN/checkpoint-STEP.
std::filesystem::path checkpoint_folder(const std::filesystem::path& run_folder, std::int64_t step);

/// The step in the name of a checkpoint's folder; nullopt: another name.
std::optional<std::int64_t> checkpoint_step(const std::filesystem::path& folder);

bool is_finished(const std::filesystem::path& checkpoint);

/// `write` fills the folder that it is given. Replaces what an earlier run left under that name. Error: no space; then
/// earlier checkpoints are as they were.
void publish_checkpoint(const std::filesystem::path& run_folder, std::int64_t step,
                        const std::function<void(const std::filesystem::path&)>& write);

struct FoundCheckpoint {
  /// The finished and undamaged one of most steps; checkpoint-STEP.partial where a kill came before it had its name.
  std::optional<std::filesystem::path> folder;
  std::vector<std::string> notes;  ///< one line for each later one that was passed over: which, and why
};
/// `check` throws an Error where a checkpoint is damaged.
FoundCheckpoint latest_checkpoint(const std::filesystem::path& run_folder,
                                  const std::function<void(const std::filesystem::path&)>& check);

/// Deletes the oldest checkpoints until `limit` are left (0: no limit), and unfinished ones that are older than the
/// newest.
void limit_checkpoints(const std::filesystem::path& run_folder, int limit);

}  // namespace counterpoint::train
