#include "counterpoint/nn/text_encoder/text_encoder.h"

#include <cmath>

namespace counterpoint::nn {
namespace {

using torch::Tensor;

torch::nn::LayerNorm layer_norm(const TextEncoderConfig& config) {
  return torch::nn::LayerNorm(torch::nn::LayerNormOptions({config.width}).eps(config.norm_epsilon));
}

/// One block: attention and a feed-forward part, each followed by a norm over the sum.
class EncoderLayerImpl : public torch::nn::Module {
 public:
  explicit EncoderLayerImpl(const TextEncoderConfig& config)
      : heads_(config.heads),
        gelu_form_(config.exact_gelu ? "none" : "tanh"),
        query_(register_module("query", torch::nn::Linear(config.width, config.width))),
        key_(register_module("key", torch::nn::Linear(config.width, config.width))),
        value_(register_module("value", torch::nn::Linear(config.width, config.width))),
        output_(register_module("output", torch::nn::Linear(config.width, config.width))),
        attention_norm_(register_module("attention_norm", layer_norm(config))),
        up_(register_module("up", torch::nn::Linear(config.width, config.inner_width))),
        down_(register_module("down", torch::nn::Linear(config.inner_width, config.width))),
        norm_(register_module("norm", layer_norm(config))) {}

  /// x [B, T, width], mask [B, 1, 1, T] bool.
  Tensor forward(const Tensor& x, const Tensor& mask) {
    const Tensor attended =
        torch::scaled_dot_product_attention(heads(query_(x)), heads(key_(x)), heads(value_(x)), mask);
    const Tensor joined = attended.transpose(1, 2).reshape(x.sizes());
    const Tensor middle = attention_norm_(output_(joined) + x);
    return norm_(down_(torch::gelu(up_(middle), gelu_form_)) + middle);
  }

 private:
  /// [B, T, width] -> [B, heads, T, width / heads]
  Tensor heads(const Tensor& x) const { return x.view({x.size(0), x.size(1), heads_, -1}).transpose(1, 2); }

  std::int64_t heads_;
  std::string gelu_form_;
  torch::nn::Linear query_, key_, value_, output_;
  torch::nn::LayerNorm attention_norm_;
  torch::nn::Linear up_, down_;
  torch::nn::LayerNorm norm_;
};
TORCH_MODULE(EncoderLayer);

}  // namespace

std::int64_t TextEncoderConfig::most_tokens() const {
  return family == Family::roberta ? positions - padding_id - 1 : positions;
}

TextEncoderImpl::TextEncoderImpl(const TextEncoderConfig& config)
    : config_(config),
      words_(register_module("words", torch::nn::Embedding(config.vocabulary, config.width))),
      positions_(register_module("positions", torch::nn::Embedding(config.positions, config.width))),
      types_(register_module("types", torch::nn::Embedding(config.types, config.width))),
      norm_(register_module("norm", layer_norm(config))),
      layers_(register_module("layers", torch::nn::ModuleList())) {
  for (std::int64_t layer = 0; layer < config.layers; ++layer) layers_->push_back(EncoderLayer(config));
}

Tensor TextEncoderImpl::embed(const Tensor& ids) {
  const std::int64_t first = config_.family == TextEncoderConfig::Family::roberta ? config_.padding_id + 1 : 0;
  const Tensor places = torch::arange(first, first + ids.size(1), ids.options());
  return norm_(words_(ids) + positions_(places) + types_->weight[0]);
}

Tensor TextEncoderImpl::forward(const Tensor& ids, const Tensor& mask) {
  Tensor x = embed(ids);
  const Tensor keys = mask.view({mask.size(0), 1, 1, mask.size(1)});
  for (const auto& layer : *layers_) x = layer->as<EncoderLayer>()->forward(x, keys);
  return x;
}

}  // namespace counterpoint::nn
