// Pre-norm transformer blocks with open_clip's parameter names.
#pragma once
#include <torch/torch.h>

#include <cstdint>

namespace counterpoint::nn {

struct TransformerShape {
  std::int64_t width = 0, heads = 0, layers = 0;
  double mlp_ratio = 4;
  bool quick_gelu = false;
};

class TransformerImpl : public torch::nn::Module {
 public:
  explicit TransformerImpl(const TransformerShape& shape);

  /// x [B, T, width], at [B] int64: one position of each row -> [B, width], the output there. The last block computes
  /// nothing else. `causal`: a position sees itself and those before it.
  torch::Tensor forward(torch::Tensor x, const torch::Tensor& at, bool causal);

  /// As CLIP's text transformer starts: normal weights whose spread falls with width and depth.
  void initialise_by_width();

 private:
  TransformerShape shape_;
  torch::nn::ModuleList blocks_{nullptr};
};
TORCH_MODULE(Transformer);

/// x [B, T, W], at [B] -> [B, W]
torch::Tensor rows_at(const torch::Tensor& x, const torch::Tensor& at);

}  // namespace counterpoint::nn
