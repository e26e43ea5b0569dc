// A trained model with its tokenizer, from a folder.
#pragma once
#include <cstdint>
#include <filesystem>

#include "counterpoint/nn/clip/clip_model.h"
#include "counterpoint/text/clip_tokenizer.h"

namespace counterpoint::protoclip {

struct OpenedModel {
  nn::ClipModel model{nullptr};  ///< in eval mode
  text::ClipTokenizer tokenizer;
  std::filesystem::path folder;  ///< where open_clip_config.json is
};

/// `folder`: an open_clip folder, or one that holds it as model/ (a checkpoint of ours), or a run whose last finished
/// checkpoint-STEP/ does; of a run, model/ comes first. The tokenizer: `vocabulary` (a file or folder) if it is given,
/// else the vocabulary beside the model, or in `folder`. Error: no model, no vocabulary: what was looked for; a
/// vocabulary that is not the model's.
OpenedModel open_model(const std::filesystem::path& folder, const std::filesystem::path& vocabulary = {});

/// The open_clip folder that open_model would read. Error: none.
std::filesystem::path find_model(const std::filesystem::path& folder);

/// The vocabulary's file that open_model would read. Error: none beside the model.
std::filesystem::path find_vocabulary(const std::filesystem::path& folder);

/// Copies a vocabulary's file into a model's folder under one of text::clip_vocabulary_names().
void copy_vocabulary(const std::filesystem::path& file, const std::filesystem::path& folder);

/// What the model that open_model would read is. Error: none.
nn::ClipConfig model_config(const std::filesystem::path& folder);

/// Error: a vocabulary of so many tokens is not that of the model in `folder`: it has more than the model, or fewer by
/// 256 or more (tables of embeddings are padded to round numbers).
void check_vocabulary(std::int64_t tokens, const nn::ClipConfig& config, const std::filesystem::path& folder);

/// Of all parameters: tells features of one model from those of another.
std::uint64_t weights_fingerprint(const nn::ClipModel& model);

}  // namespace counterpoint::protoclip
