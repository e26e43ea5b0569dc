#include "counterpoint/train/checkpoint.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/data/fields.h"
#include "counterpoint/weights/adapter_parts.h"
#include "counterpoint/weights/safetensors.h"
#include "counterpoint/weights/safetensors_writer.h"

namespace counterpoint::train {
namespace fs = std::filesystem;
namespace {

constexpr const char *state_file = "state.json", *optimizer_file = "optimizer.safetensors", *done_file = "DONE";
constexpr std::string_view prefix = "checkpoint-", unfinished_suffix = ".partial";

/// The step in "checkpoint-120" and "checkpoint-120.partial".
std::optional<std::int64_t> step_of(std::string name) {
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
    if (const auto step = step_of(entry.path().filename().string()); step && entry.is_directory())
      out.emplace(*step, entry.path());
  return out;
}

bool finished(const fs::path& folder) { return fs::exists(folder / done_file); }

/// DONE goes first, so that a deletion that is broken off leaves an unfinished checkpoint and not a damaged one.
void delete_checkpoint(const fs::path& folder) {
  std::error_code error;
  fs::remove(folder / done_file, error);
  fs::remove_all(folder, error);
  if (error) fail("cannot delete {}: {}", folder.string(), error.message());
}

void write_optimizer(const fs::path& file, const std::vector<nn::StateTensor>& state) {
  std::vector<weights::TensorView> views;
  for (const nn::StateTensor& tensor : state)
    views.push_back({tensor.name, weights::DType::f32, tensor.shape, std::as_bytes(std::span(tensor.values))});
  weights::write_safetensors(file, views);
}

std::vector<nn::StateTensor> read_optimizer(const fs::path& file) {
  const auto source = weights::open_safetensors(file);
  std::vector<nn::StateTensor> state;
  for (const std::string& name : source->names()) {
    const weights::TensorView view = source->view(name);
    if (view.dtype != weights::DType::f32)
      fail("{}: '{}' is {}, F32 was expected", file.string(), name, dtype_name(view.dtype));
    state.push_back({name, view.shape, std::vector<float>(static_cast<size_t>(view.elements()))});
    weights::to_float32(view, 0, state.back().values);
  }
  return state;
}

data::Json read_state(const fs::path& folder) {
  const fs::path file = folder / state_file;
  data::Json state = data::read_json(file);
  const std::int64_t step = data::Fields(state, file.string()).whole("step");
  if (step_of(folder.filename().string()) != step)
    fail("{}: the step is {}; the folder's name says otherwise", file.string(), step);
  return state;
}

/// Why a checkpoint cannot be used, as far as that shows without the model; "" if nothing.
std::string problem_of(const fs::path& folder) {
  if (folder.extension() == unfinished_suffix || !finished(folder)) return "it was not finished";
  try {
    read_state(folder);
    weights::open_safetensors(folder / optimizer_file);
    weights::open_safetensors(folder / weights::adapter_tensors_file);
    data::read_json(folder / weights::adapter_config_file);
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

}  // namespace

fs::path checkpoint_folder(const fs::path& run_folder, std::int64_t step) {
  return run_folder / fmt::format("{}{}", prefix, step);
}

void write_checkpoint(const fs::path& run_folder, const Checkpoint& checkpoint) {
  const fs::path folder = checkpoint_folder(run_folder, checkpoint.step);
  fs::path aside = folder;
  aside += unfinished_suffix;
  delete_checkpoint(aside);
  make_dirs(aside);
  weights::write_adapter(aside, checkpoint.adapter);
  write_optimizer(aside / optimizer_file, checkpoint.optimizer);
  data::Json state{{"step", checkpoint.step}};
  state.update(checkpoint.state);
  state["step"] = checkpoint.step;
  write_file_atomic(aside / state_file, state.dump(2) + "\n");
  delete_checkpoint(folder);
  rename_synced(aside, folder);
  write_file_atomic(folder / done_file, "");
}

Checkpoint read_checkpoint(const fs::path& folder, const weights::ModelConfig& model) {
  if (!fs::is_directory(folder)) fail("no checkpoint {}", folder.string());
  if (!finished(folder)) fail("the checkpoint {} was not finished: it has no file {}", folder.string(), done_file);
  Checkpoint checkpoint;
  checkpoint.state = read_state(folder);
  checkpoint.step = checkpoint.state["step"];
  checkpoint.optimizer = read_optimizer(folder / optimizer_file);
  checkpoint.adapter = weights::read_adapter(folder, model);
  return checkpoint;
}

FoundCheckpoint latest_checkpoint(const fs::path& run_folder) {
  FoundCheckpoint found;
  for (const auto& [step, folder] : checkpoints_in(run_folder)) {
    const std::string problem = problem_of(folder);
    if (problem.empty()) {
      found.folder = folder;
      break;
    }
    found.notes.push_back(fmt::format("{} is passed over: {}", folder.string(), problem));
  }
  return found;
}

void limit_checkpoints(const fs::path& run_folder, int limit, std::optional<std::int64_t> best) {
  if (limit < 0) fail("the limit of checkpoints is {}; 0 (no limit) or more were expected", limit);
  if (limit == 0) return;
  std::vector<std::pair<std::int64_t, fs::path>> whole;  // the latest first
  for (const auto& [step, folder] : checkpoints_in(run_folder)) {
    if (finished(folder))
      whole.emplace_back(step, folder);
    else if (!whole.empty())
      delete_checkpoint(folder);
  }
  std::ptrdiff_t surplus = std::ssize(whole) - limit;
  for (size_t i = whole.size(); i > 1 && surplus > 0; --i) {
    const auto& [step, folder] = whole[i - 1];
    if (step == best) continue;
    delete_checkpoint(folder);
    --surplus;
  }
}

}  // namespace counterpoint::train
