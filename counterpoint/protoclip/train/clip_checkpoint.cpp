#include "counterpoint/protoclip/train/clip_checkpoint.h"

#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/nn/clip/open_clip_folder.h"
#include "counterpoint/protoclip/evaluate/model_folder.h"
#include "counterpoint/protoclip/tensor_file.h"
#include "counterpoint/weights/safetensors.h"

namespace counterpoint::protoclip {
namespace {

namespace fs = std::filesystem;

constexpr const char *state_file = "state.json", *tensors_file = "training.safetensors",
                     *weights_file = "open_clip_model.safetensors";

void check(const fs::path& folder) {
  data::read_json(folder / state_file);
  weights::open_safetensors(folder / tensors_file);
  weights::open_safetensors(folder / weights_file);
}

}  // namespace

void write_clip_checkpoint(const fs::path& run_folder, const ClipCheckpoint& checkpoint, const nn::ClipModel& model,
                           const fs::path& vocabulary) {
  train::publish_checkpoint(run_folder, checkpoint.step, [&](const fs::path& folder) {
    nn::write_open_clip(folder, model);
    copy_vocabulary(vocabulary, folder);
    write_tensors(folder / tensors_file, checkpoint.tensors);
    data::Json state{{"step", checkpoint.step}};
    state.update(checkpoint.state);
    write_file_atomic(folder / state_file, state.dump(2) + "\n");
  });
}

train::FoundCheckpoint latest_clip_checkpoint(const fs::path& run_folder) {
  return train::latest_checkpoint(run_folder, check);
}

ClipCheckpoint read_clip_checkpoint(const fs::path& folder, nn::ClipModel& model) {
  ClipCheckpoint checkpoint;
  checkpoint.state = data::read_json(folder / state_file);
  if (!checkpoint.state.is_object() || !checkpoint.state.contains("step"))
    fail("{}: no state of a run", (folder / state_file).string());
  checkpoint.step = checkpoint.state["step"].get<std::int64_t>();
  checkpoint.tensors = read_tensors(folder / tensors_file);
  nn::load_open_clip_weights(folder / weights_file, model);
  return checkpoint;
}

}  // namespace counterpoint::protoclip
