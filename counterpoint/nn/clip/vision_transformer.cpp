#include <cmath>

#include "counterpoint/nn/clip/transformer.h"
#include "counterpoint/nn/clip/vision_tower.h"

namespace counterpoint::nn {
namespace {

using torch::Tensor;

torch::nn::LayerNorm layer_norm(std::int64_t width) {
  return torch::nn::LayerNorm(torch::nn::LayerNormOptions({width}));
}

torch::nn::Conv2d patches(const VisionConfig& vision) {
  return torch::nn::Conv2d(
      torch::nn::Conv2dOptions(3, vision.width, vision.patch_size).stride(vision.patch_size).bias(false));
}

/// The feature is read at a class token that stands before the patches.
class VisionTransformer : public VisionTower {
 public:
  explicit VisionTransformer(const ClipConfig& config)
      : VisionTransformer(config, 1 / std::sqrt(static_cast<double>(config.vision.width))) {}

  Tensor forward(const Tensor& pixels) override {
    const Tensor tokens = patches_(pixels).flatten(2).transpose(1, 2);  // [B, grid * grid, W]
    const Tensor first = class_embedding_.view({1, 1, -1}).expand({tokens.size(0), 1, tokens.size(2)});
    const Tensor x = before_(torch::cat({first.to(tokens.scalar_type()), tokens}, 1) + positions_);
    const Tensor at = torch::zeros({x.size(0)}, torch::TensorOptions(x.device()).dtype(torch::kInt64));
    return torch::matmul(after_(blocks_(x, at, false)), projection_);
  }

 private:
  VisionTransformer(const ClipConfig& config, double scale)
      : class_embedding_(register_parameter("class_embedding", scale * torch::randn({config.vision.width}))),
        positions_(register_parameter("positional_embedding",
                                      scale * torch::randn({positions(config.vision), config.vision.width}))),
        projection_(register_parameter("proj", scale * torch::randn({config.vision.width, config.embed_dim}))),
        patches_(register_module("conv1", patches(config.vision))),
        before_(register_module("ln_pre", layer_norm(config.vision.width))),
        blocks_(register_module("transformer", Transformer(shape(config)))),
        after_(register_module("ln_post", layer_norm(config.vision.width))) {}

  static std::int64_t positions(const VisionConfig& vision) {
    const std::int64_t grid = vision.image_size / vision.patch_size;
    return grid * grid + 1;
  }

  static TransformerShape shape(const ClipConfig& config) {
    return {.width = config.vision.width,
            .heads = config.vision.heads(),
            .layers = config.vision.layers,
            .mlp_ratio = config.vision.mlp_ratio,
            .quick_gelu = config.quick_gelu};
  }

  Tensor class_embedding_, positions_, projection_;
  torch::nn::Conv2d patches_;
  torch::nn::LayerNorm before_;
  Transformer blocks_;
  torch::nn::LayerNorm after_;
};

}  // namespace

std::shared_ptr<VisionTower> make_vision_transformer(const ClipConfig& config) {
  return std::make_shared<VisionTransformer>(config);
}

}  // namespace counterpoint::nn
