#include "counterpoint/nn/clip/transformer.h"

#include <cmath>
#include <optional>

namespace counterpoint::nn {
namespace {

using torch::Tensor;

torch::nn::LayerNorm layer_norm(std::int64_t width) {
  return torch::nn::LayerNorm(torch::nn::LayerNormOptions({width}));
}

/// x * sigmoid(1.702 x) is silu(1.702 x) / 1.702, whose backward pass is one kernel. Overwrites x.
Tensor quick_gelu(Tensor x) { return torch::silu(x.mul_(1.702)).mul_(1 / 1.702); }

/// Multi-head attention with the parameters of torch.nn.MultiheadAttention.
class AttentionImpl : public torch::nn::Module {
 public:
  AttentionImpl(std::int64_t width, std::int64_t heads)
      : width_(width),
        heads_(heads),
        weight_(register_parameter("in_proj_weight", torch::empty({3 * width, width}))),
        bias_(register_parameter("in_proj_bias", torch::zeros({3 * width}))),
        out_(register_module("out_proj", torch::nn::Linear(width, width))) {
    torch::nn::init::xavier_uniform_(weight_);
    torch::nn::init::zeros_(out_->bias);
  }

  /// Every position of x [B, T, W].
  Tensor all(const Tensor& x, bool causal) {
    const auto parts = torch::linear(x, weight_, bias_).view({x.size(0), x.size(1), 3, heads_, -1}).unbind(2);
    const Tensor mixed =
        torch::scaled_dot_product_attention(by_head(parts[0]), by_head(parts[1]), by_head(parts[2]), {}, 0, causal);
    return out_(mixed.transpose(1, 2).reshape(x.sizes()));
  }

  /// One position a row, query [B, W], over x [B, T, W]; mask [B, 1, 1, T] bool or none.
  Tensor one(const Tensor& query, const Tensor& x, const std::optional<Tensor>& mask) {
    const auto weights = weight_.split_with_sizes({width_, 2 * width_});
    const auto biases = bias_.split_with_sizes({width_, 2 * width_});
    const Tensor q = torch::linear(query, weights[0], biases[0]).view({x.size(0), heads_, 1, -1});
    const auto parts = torch::linear(x, weights[1], biases[1]).view({x.size(0), x.size(1), 2, heads_, -1}).unbind(2);
    const Tensor mixed = torch::scaled_dot_product_attention(q, by_head(parts[0]), by_head(parts[1]), mask);
    return out_(mixed.reshape({x.size(0), width_}));
  }

  void initialise(double inner, double outer) {
    torch::nn::init::normal_(weight_, 0, inner);
    torch::nn::init::normal_(out_->weight, 0, outer);
  }

 private:
  /// [B, T, heads, W / heads] -> [B, heads, T, W / heads]
  static Tensor by_head(const Tensor& x) { return x.transpose(1, 2); }

  std::int64_t width_, heads_;
  Tensor weight_, bias_;
  torch::nn::Linear out_;
};
TORCH_MODULE(Attention);

class FeedForwardImpl : public torch::nn::Module {
 public:
  explicit FeedForwardImpl(const TransformerShape& shape)
      : quick_gelu_(shape.quick_gelu),
        up_(register_module("c_fc", torch::nn::Linear(shape.width, inner_width(shape)))),
        down_(register_module("c_proj", torch::nn::Linear(inner_width(shape), shape.width))) {}

  Tensor forward(const Tensor& x) {
    const Tensor inner = up_(x);
    return down_(quick_gelu_ ? quick_gelu(inner) : torch::gelu(inner));
  }

  void initialise(double inner, double outer) {
    torch::nn::init::normal_(up_->weight, 0, inner);
    torch::nn::init::normal_(down_->weight, 0, outer);
  }

 private:
  static std::int64_t inner_width(const TransformerShape& shape) {
    return static_cast<std::int64_t>(static_cast<double>(shape.width) * shape.mlp_ratio);
  }

  bool quick_gelu_;
  torch::nn::Linear up_, down_;
};
TORCH_MODULE(FeedForward);

class BlockImpl : public torch::nn::Module {
 public:
  explicit BlockImpl(const TransformerShape& shape)
      : before_attention_(register_module("ln_1", layer_norm(shape.width))),
        attention_(register_module("attn", Attention(shape.width, shape.heads))),
        before_mlp_(register_module("ln_2", layer_norm(shape.width))),
        mlp_(register_module("mlp", FeedForward(shape))) {}

  Tensor all(const Tensor& x, bool causal) { return with_mlp(x + attention_->all(before_attention_(x), causal)); }

  Tensor one(const Tensor& x, const Tensor& at, const std::optional<Tensor>& mask) {
    const Tensor normed = before_attention_(x);
    return with_mlp(rows_at(x, at) + attention_->one(rows_at(normed, at), normed, mask));
  }

  void initialise(const TransformerShape& shape) {
    const double width = static_cast<double>(shape.width);
    const double outer = 1 / std::sqrt(width * 2 * static_cast<double>(shape.layers));
    attention_->initialise(1 / std::sqrt(width), outer);
    mlp_->initialise(1 / std::sqrt(2 * width), outer);
  }

 private:
  Tensor with_mlp(const Tensor& x) { return x + mlp_(before_mlp_(x)); }

  torch::nn::LayerNorm before_attention_;
  Attention attention_;
  torch::nn::LayerNorm before_mlp_;
  FeedForward mlp_;
};
TORCH_MODULE(Block);

}  // namespace

Tensor rows_at(const Tensor& x, const Tensor& at) {
  const Tensor first = torch::arange(x.size(0), at.options()) * x.size(1);
  return x.flatten(0, 1).index_select(0, first + at);
}

TransformerImpl::TransformerImpl(const TransformerShape& shape)
    : shape_(shape), blocks_(register_module("resblocks", torch::nn::ModuleList())) {
  for (std::int64_t layer = 0; layer < shape.layers; ++layer) blocks_->push_back(Block(shape));
}

Tensor TransformerImpl::forward(Tensor x, const Tensor& at, bool causal) {
  const size_t last = blocks_->size() - 1;
  for (size_t block = 0; block < last; ++block) x = blocks_->at<BlockImpl>(block).all(x, causal);
  std::optional<Tensor> mask;
  if (causal) mask = (torch::arange(x.size(1), at.options()) <= at.unsqueeze(1)).view({x.size(0), 1, 1, x.size(1)});
  return blocks_->at<BlockImpl>(last).one(x, at, mask);
}

void TransformerImpl::initialise_by_width() {
  for (size_t block = 0; block < blocks_->size(); ++block) blocks_->at<BlockImpl>(block).initialise(shape_);
}

}  // namespace counterpoint::nn
