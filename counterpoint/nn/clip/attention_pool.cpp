#include "counterpoint/nn/clip/attention_pool.h"

#include <cmath>

namespace counterpoint::nn {

using torch::Tensor;

AttentionPoolImpl::AttentionPoolImpl(std::int64_t side, std::int64_t width, std::int64_t heads, std::int64_t output)
    : heads_(heads),
      key_(register_module("k_proj", torch::nn::Linear(width, width))),
      query_(register_module("q_proj", torch::nn::Linear(width, width))),
      value_(register_module("v_proj", torch::nn::Linear(width, width))),
      out_(register_module("c_proj", torch::nn::Linear(width, output))) {
  const double spread = 1 / std::sqrt(static_cast<double>(width));
  positions_ = register_parameter("positional_embedding", spread * torch::randn({side * side + 1, width}));
  for (const auto& layer : {key_, query_, value_, out_}) torch::nn::init::normal_(layer->weight, 0, spread);
}

Tensor AttentionPoolImpl::by_head(const Tensor& x) const {
  return x.view({x.size(0), x.size(1), heads_, -1}).transpose(1, 2);
}

Tensor AttentionPoolImpl::forward(const Tensor& x) {
  const Tensor cells = x.flatten(2).transpose(1, 2);  // [B, side * side, width]
  const Tensor tokens = torch::cat({cells.mean(1, true), cells}, 1) + positions_;
  const Tensor query = by_head(query_(tokens.slice(1, 0, 1)));
  const Tensor mixed = torch::scaled_dot_product_attention(query, by_head(key_(tokens)), by_head(value_(tokens)));
  return out_(mixed.reshape({x.size(0), -1}));
}

}  // namespace counterpoint::nn
