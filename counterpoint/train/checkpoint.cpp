#include "counterpoint/train/checkpoint.h"

#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/data/fields.h"
#include "counterpoint/weights/adapter_parts.h"
#include "counterpoint/weights/safetensors.h"
#include "counterpoint/weights/safetensors_writer.h"

namespace counterpoint::train {
namespace fs = std::filesystem;
namespace {

constexpr const char *state_file = "state.json", *optimizer_file = "optimizer.safetensors";

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
  if (checkpoint_step(folder) != step)
    fail("{}: the step is {}; the folder's name says otherwise", file.string(), step);
  return state;
}

/// Error: what is missing or damaged, as far as that shows without the model.
void check(const fs::path& folder) {
  read_state(folder);
  weights::open_safetensors(folder / optimizer_file);
  weights::open_safetensors(folder / weights::adapter_tensors_file);
  data::read_json(folder / weights::adapter_config_file);
}

}  // namespace

void write_checkpoint(const fs::path& run_folder, const Checkpoint& checkpoint) {
  publish_checkpoint(run_folder, checkpoint.step, [&](const fs::path& folder) {
    weights::write_adapter(folder, checkpoint.adapter);
    write_optimizer(folder / optimizer_file, checkpoint.optimizer);
    data::Json state{{"step", checkpoint.step}};
    state.update(checkpoint.state);
    state["step"] = checkpoint.step;
    write_file_atomic(folder / state_file, state.dump(2) + "\n");
  });
}

Checkpoint read_checkpoint(const fs::path& folder, const weights::ModelConfig& model) {
  if (!fs::is_directory(folder)) fail("no checkpoint {}", folder.string());
  if (!is_finished(folder)) fail("the checkpoint {} was not finished: it has no file DONE", folder.string());
  Checkpoint checkpoint;
  checkpoint.state = read_state(folder);
  checkpoint.step = checkpoint.state["step"];
  checkpoint.optimizer = read_optimizer(folder / optimizer_file);
  checkpoint.adapter = weights::read_adapter(folder, model);
  return checkpoint;
}

FoundCheckpoint latest_checkpoint(const fs::path& run_folder) { return latest_checkpoint(run_folder, check); }

}  // namespace counterpoint::train
