// Checkpoints of a run: folders checkpoint-STEP/ with all that a resumed run needs.
//
//   adapter_config.json, adapter_model.safetensors   PEFT can load the folder as it is
//   optimizer.safetensors                            AdamW's moments by name
//   state.json                                       {"step": .., and what the training loop adds}
//   DONE                                             empty, written last: without it the checkpoint does not count
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "counterpoint/data/jsonl.h"
#include "counterpoint/nn/lora_trainer.h"
#include "counterpoint/train/checkpoint_folder.h"
#include "counterpoint/weights/adapter.h"

namespace counterpoint::train {

struct Checkpoint {
  std::int64_t step = 0;                    ///< optimizer steps that are done
  data::Json state = data::Json::object();  ///< epoch, best metric, whatever else is to be kept
  std::vector<nn::StateTensor> optimizer;
  weights::Adapter adapter;
};

/// Replaces what an earlier run left under that name. Error: no space; then earlier checkpoints are as they were.
void write_checkpoint(const std::filesystem::path& run_folder, const Checkpoint& checkpoint);

/// Error: no finished checkpoint, a file that is damaged or missing, an adapter of another model; each by name.
Checkpoint read_checkpoint(const std::filesystem::path& folder, const weights::ModelConfig& model);

/// The finished and undamaged one of most steps.
FoundCheckpoint latest_checkpoint(const std::filesystem::path& run_folder);

}  // namespace counterpoint::train
