// What a run's checkpoints hold; train/checkpoint_folder.h says how they come and go: RUN/checkpoint-STEP/
//
//   open_clip_config.json, open_clip_model.safetensors   the model; open_clip opens the folder as it is
//   the vocabulary's file                                so that the folder can be evaluated alone
//   training.safetensors                                 heads, scales, AdamW, feature bank, prototypes
//   state.json                                           counters
#pragma once
#include <filesystem>

#include "counterpoint/data/jsonl.h"
#include "counterpoint/nn/clip/clip_model.h"
#include "counterpoint/protoclip/named_tensors.h"
#include "counterpoint/train/checkpoint_folder.h"

namespace counterpoint::protoclip {

struct ClipCheckpoint {
  std::int64_t step = 0;  ///< optimizer steps that are done
  data::Json state = data::Json::object();
  NamedTensors tensors;
};

/// `vocabulary`: a file that is copied in. Error: no space; earlier checkpoints are as they were.
void write_clip_checkpoint(const std::filesystem::path& run_folder, const ClipCheckpoint& checkpoint,
                           const nn::ClipModel& model, const std::filesystem::path& vocabulary);

/// The finished and undamaged one of most steps.
train::FoundCheckpoint latest_clip_checkpoint(const std::filesystem::path& run_folder);

/// Reads the model's weights into `model`. Error: a file that is damaged or missing, a model of another shape.
ClipCheckpoint read_clip_checkpoint(const std::filesystem::path& folder, nn::ClipModel& model);

}  // namespace counterpoint::protoclip
