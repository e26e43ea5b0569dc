// A small CLIP model of random weights and a vocabulary of its own, for what is tested on any model.
#pragma once
#include <torch/torch.h>

#include "counterpoint/nn/clip/open_clip_folder.h"
#include "counterpoint/text/bpe_trainer.h"
#include "counterpoint/text/clip_tokenizer.h"
#include "tests/support/support.h"

namespace counterpoint::test {

inline nn::ClipModel small_model(std::uint64_t seed = 0) {
  nn::ClipConfig config = nn::clip_config_of("tiny-vit");
  config.vision.image_size = 16;
  config.vision.layers = 1;
  config.vision.width = 32;
  config.text.vocab_size = 600;
  config.text.context_length = 20;
  config.text.width = 32;
  config.text.layers = 1;
  config.embed_dim = 24;
  torch::manual_seed(seed);
  nn::ClipModel model(config);
  model->eval();
  return model;
}

/// Writes model and vocabulary as a run keeps them.
inline void write_small_model(const std::filesystem::path& folder, std::uint64_t seed = 0) {
  nn::write_open_clip(folder, small_model(seed));
  text::BpeTrainer trainer;
  for (const char* caption : {"a picture of upright red stripes", "level green stripes, made up", "a photo of blue"})
    trainer.add(caption);
  text::write_merges_file(folder / "vocabulary.txt", trainer.train(600, 1));
}

}  // namespace counterpoint::test
