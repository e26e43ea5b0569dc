#include "counterpoint/protoclip/train/clip_checkpoint.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/nn/clip/open_clip_folder.h"
#include "counterpoint/protoclip/train/tensor_file.h"
#include "counterpoint/weights/safetensors.h"

namespace counterpoint::protoclip {
namespace {

namespace fs = std::filesystem;

constexpr const char* prefix = "checkpoint-";

/// Finished checkpoints by step.
std::map<std::int64_t, fs::path> finished_in(const fs::path& run_folder) {
  std::map<std::int64_t, fs::path> found;
  if (!fs::is_directory(run_folder)) return found;
  for (const auto& entry : fs::directory_iterator(run_folder)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(prefix) || !fs::exists(entry.path() / "DONE")) continue;
    const char *first = name.data() + std::string_view(prefix).size(), *last = name.data() + name.size();
    std::int64_t step = 0;
    if (const auto [end, problem] = std::from_chars(first, last, step); problem == std::errc() && end == last)
      found[step] = entry.path();
  }
  return found;
}

/// Why a finished checkpoint cannot be used; "": it can.
std::string problem_of(const fs::path& folder) {
  try {
    data::read_json(folder / "state.json");
    weights::open_safetensors(folder / "training.safetensors");
    weights::open_safetensors(folder / "open_clip_model.safetensors");
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

void copy_vocabulary(const fs::path& file, const fs::path& folder) {
  const bool gzipped = file.extension() == ".gz";
  const char* name = file.extension() == ".json" ? "tokenizer.json" : gzipped ? "vocabulary.txt.gz" : "vocabulary.txt";
  write_file_atomic(folder / name, read_file(file));
}

void write_clip_checkpoint(const fs::path& run_folder, const ClipCheckpoint& checkpoint, const nn::ClipModel& model,
                           const fs::path& vocabulary) {
  const fs::path folder = run_folder / fmt::format("{}{}", prefix, checkpoint.step);
  fs::path aside = folder;
  aside += ".partial";
  fs::remove_all(aside);
  make_dirs(aside);
  nn::write_open_clip(aside, model);
  copy_vocabulary(vocabulary, aside);
  write_tensors(aside / "training.safetensors", checkpoint.tensors);
  data::Json state{{"step", checkpoint.step}};
  state.update(checkpoint.state);
  write_file_atomic(aside / "state.json", state.dump(2) + "\n");
  fs::remove_all(folder);
  rename_synced(aside, folder);
  write_file_atomic(folder / "DONE", "");
}

std::optional<fs::path> latest_clip_checkpoint(const fs::path& run_folder) {
  const auto found = finished_in(run_folder);
  for (auto at = found.rbegin(); at != found.rend(); ++at)
    if (problem_of(at->second).empty()) return at->second;
  return std::nullopt;
}

ClipCheckpoint read_clip_checkpoint(const fs::path& folder, nn::ClipModel& model) {
  ClipCheckpoint checkpoint;
  checkpoint.state = data::read_json(folder / "state.json");
  if (!checkpoint.state.is_object() || !checkpoint.state.contains("step"))
    fail("{}: no state of a run", (folder / "state.json").string());
  checkpoint.step = checkpoint.state["step"].get<std::int64_t>();
  checkpoint.tensors = read_tensors(folder / "training.safetensors");
  nn::load_open_clip_weights(folder / "open_clip_model.safetensors", model);
  return checkpoint;
}

void limit_clip_checkpoints(const fs::path& run_folder, int keep) {
  auto found = finished_in(run_folder);
  for (; keep > 0 && std::ssize(found) > keep; found.erase(found.begin())) {
    fs::remove(found.begin()->second / "DONE");  // first: a deletion that breaks off leaves no checkpoint that counts
    fs::remove_all(found.begin()->second);
  }
  for (const auto& entry : fs::directory_iterator(run_folder)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(prefix) && name.ends_with(".partial")) fs::remove_all(entry.path());
  }
}

}  // namespace counterpoint::protoclip
