// Checkpoints of a run: RUN/checkpoint-STEP/
//
//   open_clip_config.json, open_clip_model.safetensors   the model; open_clip opens the folder as it is
//   the vocabulary's file                                so that the folder can be evaluated alone
//   training.safetensors                                 heads, scales, AdamW, feature bank, prototypes
//   state.json                                           counters
//   DONE                                                 empty, last: without it the checkpoint does not count
// Written into checkpoint-STEP.partial, synced and renamed.
#pragma once
#include <filesystem>
#include <optional>

#include "counterpoint/data/jsonl.h"
#include "counterpoint/nn/clip/clip_model.h"
#include "counterpoint/protoclip/named_tensors.h"

namespace counterpoint::protoclip {

struct ClipCheckpoint {
  std::int64_t step = 0;  ///< optimizer steps that are done
  data::Json state = data::Json::object();
  NamedTensors tensors;
};

/// `vocabulary`: a file that is copied in. Error: no space; earlier checkpoints are as they were.
void write_clip_checkpoint(const std::filesystem::path& run_folder, const ClipCheckpoint& checkpoint,
                           const nn::ClipModel& model, const std::filesystem::path& vocabulary);

/// Copies the tokenizer's file into a model's folder under the name by which it is found there: tokenizer.json,
/// vocabulary.txt or vocabulary.txt.gz.
void copy_vocabulary(const std::filesystem::path& file, const std::filesystem::path& folder);

/// The finished and undamaged one of most steps; nullopt: none.
std::optional<std::filesystem::path> latest_clip_checkpoint(const std::filesystem::path& run_folder);

/// Reads the model's weights into `model`. Error: a file that is damaged or missing, a model of another shape.
ClipCheckpoint read_clip_checkpoint(const std::filesystem::path& folder, nn::ClipModel& model);

/// Deletes the oldest until `keep` are left (0: all stay), and unfinished ones.
void limit_clip_checkpoints(const std::filesystem::path& run_folder, int keep);

}  // namespace counterpoint::protoclip
