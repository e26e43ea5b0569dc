// CLIP: two towers into one space. Parameters have open_clip's names and meaning.
#pragma once
#include <torch/torch.h>

#include <memory>

#include "counterpoint/nn/clip/clip_config.h"
#include "counterpoint/nn/clip/transformer.h"
#include "counterpoint/nn/clip/vision_tower.h"

namespace counterpoint::nn {

/// All parameters of the picture's tower begin with "visual."; the text's are all others but "logit_scale".
class ClipModelImpl : public torch::nn::Module {
 public:
  /// Random weights, distributed as open_clip's, from torch's default generator (torch::manual_seed).
  explicit ClipModelImpl(const ClipConfig& config);

  /// pixels [B, 3, S, S] float, normalised, S = config().vision.image_size -> z [B, d], not L2-normalised.
  torch::Tensor encode_image(const torch::Tensor& pixels);

  /// ids [B, T] int64, T <= context_length, zeros behind the end -> z [B, d], not L2-normalised. Only as many
  /// positions are computed as the batch's longest caption has: attention is causal and the feature is read at the
  /// end of the text, so that what stands behind it changes nothing.
  torch::Tensor encode_text(const torch::Tensor& ids);

  /// The scale's logarithm, a scalar parameter; logits are exp(logit_scale) * z z'.
  const torch::Tensor& logit_scale() const { return logit_scale_; }
  torch::Tensor& logit_scale() { return logit_scale_; }
  const ClipConfig& config() const { return config_; }

 private:
  void initialise_text();

  ClipConfig config_;
  std::shared_ptr<VisionTower> visual_;
  torch::nn::Embedding token_embedding_{nullptr};
  torch::Tensor positional_embedding_, text_projection_, logit_scale_;
  Transformer transformer_{nullptr};
  torch::nn::LayerNorm ln_final_{nullptr};
};
TORCH_MODULE(ClipModel);

}  // namespace counterpoint::nn
