// The picture's side of CLIP: CLIP's modified ResNet, or a vision transformer.
#pragma once
#include <torch/torch.h>

#include <memory>

#include "counterpoint/nn/clip/clip_config.h"

namespace counterpoint::nn {

class VisionTower : public torch::nn::Module {
 public:
  /// pixels [B, 3, S, S] -> [B, d]
  virtual torch::Tensor forward(const torch::Tensor& pixels) = 0;
};

std::shared_ptr<VisionTower> make_modified_resnet(const ClipConfig& config);
std::shared_ptr<VisionTower> make_vision_transformer(const ClipConfig& config);

}  // namespace counterpoint::nn
