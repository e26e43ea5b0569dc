// The modified ResNet's last layer: attention with one query, the mean of all cells.
#pragma once
#include <torch/torch.h>

#include <cstdint>

namespace counterpoint::nn {

class AttentionPoolImpl : public torch::nn::Module {
 public:
  /// `side`: cells of the map in each direction.
  AttentionPoolImpl(std::int64_t side, std::int64_t width, std::int64_t heads, std::int64_t output);
  /// x [B, width, side, side] -> [B, output]
  torch::Tensor forward(const torch::Tensor& x);

 private:
  /// [B, T, width] -> [B, heads, T, width / heads]
  torch::Tensor by_head(const torch::Tensor& x) const;

  std::int64_t heads_;
  torch::Tensor positions_;
  torch::nn::Linear key_, query_, value_, out_;
};
TORCH_MODULE(AttentionPool);

}  // namespace counterpoint::nn
