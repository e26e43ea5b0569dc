#include "counterpoint/train/checkpoint_folder.h"

#include <charconv>
#include <map>

#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"

namespace counterpoint::train {
namespace fs = std::filesystem;
namespace {

constexpr const char* done_file = "DONE";
constexpr std::string_view prefix = "checkpoint-", unfinished_suffix = ".partial";

/// The step in "checkpoint-120" and "checkpoint-120.partial".
std::optional<std::int64_t> step_in(std::string name) {
  if (name.ends_with(unfinished_suffix)) name.resize(name.size() - unfinished_suffix.size());
  if (!name.starts_with(prefix)) return std::nullopt;
  std::int64_t step = 0;
  const char* end = name.data() + name.size();
  const auto [behind, error] = std::from_chars(name.data() + prefix.size(), end, step);
  return error == std::errc() && behind == end ? std::optional(step) : std::nullopt;
}

/// Folders of checkpoints, finished or not, the latest first.
std::multimap<std::int64_t, fs::path, std::greater<>> checkpoints_in(const fs::path& run_folder) {
  std::multimap<std::int64_t, fs::path, std::greater<>> out;
  if (!fs::exists(run_folder)) return out;
  for (const auto& entry : fs::directory_iterator(run_folder))
    if (const auto step = step_in(entry.path().filename().string()); step && entry.is_directory())
      out.emplace(*step, entry.path());
  return out;
}

/// DONE goes first, so that a deletion that is broken off leaves an unfinished checkpoint and not a damaged one.
void delete_checkpoint(const fs::path& folder) {
  std::error_code error;
  fs::remove(folder / done_file, error);
  fs::remove_all(folder, error);
  if (error) fail("cannot delete {}: {}", folder.string(), error.message());
}

/// Why a checkpoint cannot be used; "" if nothing.
std::string problem_of(const fs::path& folder, const std::function<void(const fs::path&)>& check) {
  if (folder.extension() == unfinished_suffix || !is_finished(folder)) return "it was not finished";
  try {
    check(folder);
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

}  // namespace

fs::path checkpoint_folder(const fs::path& run_folder, std::int64_t step) {
  return run_folder / fmt::format("{}{}", prefix, step);
}

std::optional<std::int64_t> checkpoint_step(const fs::path& folder) { return step_in(folder.filename().string()); }

bool is_finished(const fs::path& checkpoint) { return fs::exists(checkpoint / done_file); }

void publish_checkpoint(const fs::path& run_folder, std::int64_t step,
                        const std::function<void(const fs::path&)>& write) {
  const fs::path folder = checkpoint_folder(run_folder, step);
  fs::path aside = folder;
  aside += unfinished_suffix;
  delete_checkpoint(aside);
  make_dirs(aside);
  write(aside);
  delete_checkpoint(folder);
  rename_synced(aside, folder);
  write_file_atomic(folder / done_file, "");
}

FoundCheckpoint latest_checkpoint(const fs::path& run_folder, const std::function<void(const fs::path&)>& check) {
  FoundCheckpoint found;
  for (const auto& [step, folder] : checkpoints_in(run_folder)) {
    const std::string problem = problem_of(folder, check);
    if (problem.empty()) {
      found.folder = folder;
      break;
    }
    found.notes.push_back(fmt::format("{} is passed over: {}", folder.string(), problem));
  }
  return found;
}

void limit_checkpoints(const fs::path& run_folder, int limit) {
  if (limit < 0) fail("the limit of checkpoints is {}; 0 (no limit) or more were expected", limit);
  if (limit == 0) return;
  std::vector<fs::path> whole;  // the latest first
  for (const auto& [step, folder] : checkpoints_in(run_folder)) {
    if (is_finished(folder))
      whole.push_back(folder);
    else if (!whole.empty())
      delete_checkpoint(folder);
  }
  for (; std::ssize(whole) > limit; whole.pop_back()) delete_checkpoint(whole.back());
}

}  // namespace counterpoint::train
