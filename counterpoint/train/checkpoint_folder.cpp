#include "counterpoint/train/checkpoint_folder.h"

#include <charconv>
#include <map>
#include <utility>

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

/// Folders of checkpoints, finished or not, the latest first: of one step that which has not its name yet.
std::vector<fs::path> checkpoints_in(const fs::path& run_folder) {
  std::multimap<std::pair<std::int64_t, bool>, fs::path, std::greater<>> found;
  if (fs::exists(run_folder))
    for (const auto& entry : fs::directory_iterator(run_folder))
      if (const auto step = checkpoint_step(entry.path()); step && entry.is_directory())
        found.emplace(std::pair(*step, entry.path().extension() == unfinished_suffix), entry.path());
  std::vector<fs::path> out;
  for (const auto& [step, folder] : found) out.push_back(folder);
  return out;
}

/// DONE goes first, so that a deletion that is broken off leaves an unfinished checkpoint and not a damaged one.
void delete_checkpoint(const fs::path& folder) {
  std::error_code error;
  fs::remove(folder / done_file, error);
  fs::remove_all(folder, error);
  if (error) fail("cannot delete {}: {}", folder.string(), error.message());
}

/// What is finished aside replaces what has its name.
void give_name(const fs::path& aside, const fs::path& folder) {
  delete_checkpoint(folder);
  rename_synced(aside, folder);
}

/// Why a checkpoint cannot be used; "" if nothing.
std::string problem_of(const fs::path& folder, const std::function<void(const fs::path&)>& check) {
  if (!is_finished(folder)) return "it was not finished";
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
  if (is_finished(aside) && !is_finished(folder)) give_name(aside, folder);  // a kill came before: it is the only one
  delete_checkpoint(aside);
  make_dirs(aside);
  write(aside);
  write_file_atomic(aside / done_file, "");
  give_name(aside, folder);
}

FoundCheckpoint latest_checkpoint(const fs::path& run_folder, const std::function<void(const fs::path&)>& check) {
  FoundCheckpoint found;
  for (const fs::path& folder : checkpoints_in(run_folder)) {
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
  for (const fs::path& folder : checkpoints_in(run_folder)) {
    if (is_finished(folder))
      whole.push_back(folder);
    else if (!whole.empty())
      delete_checkpoint(folder);
  }
  for (; std::ssize(whole) > limit; whole.pop_back()) delete_checkpoint(whole.back());
}

}  // namespace counterpoint::train
