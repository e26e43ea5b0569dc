#include "counterpoint/nn/clip/clip_model.h"

#include <cmath>

#include "counterpoint/core/error.h"

namespace counterpoint::nn {

using torch::Tensor;

ClipModelImpl::ClipModelImpl(const ClipConfig& config)
    : config_(config),
      visual_(register_module(
          "visual", config.vision.is_resnet() ? make_modified_resnet(config) : make_vision_transformer(config))),
      token_embedding_(
          register_module("token_embedding", torch::nn::Embedding(config.text.vocab_size, config.text.width))),
      positional_embedding_(
          register_parameter("positional_embedding", torch::empty({config.text.context_length, config.text.width}))),
      text_projection_(register_parameter("text_projection", torch::empty({config.text.width, config.embed_dim}))),
      logit_scale_(register_parameter("logit_scale", torch::tensor(static_cast<float>(config.init_logit_scale)))),
      transformer_(register_module("transformer", Transformer(TransformerShape{.width = config.text.width,
                                                                               .heads = config.text.heads,
                                                                               .layers = config.text.layers,
                                                                               .mlp_ratio = config.text.mlp_ratio,
                                                                               .quick_gelu = config.quick_gelu}))),
      ln_final_(register_module("ln_final", torch::nn::LayerNorm(torch::nn::LayerNormOptions({config.text.width})))) {
  initialise_text();
}

void ClipModelImpl::initialise_text() {
  torch::nn::init::normal_(token_embedding_->weight, 0, 0.02);
  torch::nn::init::normal_(positional_embedding_, 0, 0.01);
  torch::nn::init::normal_(text_projection_, 0, 1 / std::sqrt(static_cast<double>(config_.text.width)));
  transformer_->initialise_by_width();
}

Tensor ClipModelImpl::encode_image(const Tensor& pixels) {
  const std::int64_t side = config_.vision.image_size;
  COUNTERPOINT_ASSERT(pixels.dim() == 4 && pixels.size(1) == 3 && pixels.size(2) == side && pixels.size(3) == side);
  return visual_->forward(pixels);
}

Tensor ClipModelImpl::encode_text(const Tensor& ids) {
  COUNTERPOINT_ASSERT(ids.dim() == 2 && ids.size(1) <= config_.text.context_length);
  const Tensor ends = ids.argmax(1);
  const std::int64_t length = ids.size(0) == 0 ? 1 : ends.max().item<std::int64_t>() + 1;
  const Tensor x = token_embedding_(ids.slice(1, 0, length)) + positional_embedding_.slice(0, 0, length);
  return torch::matmul(ln_final_(transformer_(x, ends, true)), text_projection_);
}

}  // namespace counterpoint::nn
