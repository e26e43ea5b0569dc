// The projection heads g of ProtoCLIP, one a modality: prototypes live in their space, h = g(z).
#pragma once
#include <torch/torch.h>

#include <cstdint>

namespace counterpoint::nn {

struct ProjectionHeadShape {
  std::int64_t input = 1024;   ///< d_z
  std::int64_t hidden = 2048;  ///< released recipe
  std::int64_t output = 128;   ///< d_h
};

/// Linear, batch norm, ReLU, Linear: z [N, d_z] -> h [N, d_h], not normalised. Batch norm in training needs N > 1.
class ProjectionHeadImpl : public torch::nn::Module {
 public:
  explicit ProjectionHeadImpl(const ProjectionHeadShape& shape);
  torch::Tensor forward(const torch::Tensor& z);

 private:
  torch::nn::Linear in_, out_;
  torch::nn::BatchNorm1d norm_;
};
TORCH_MODULE(ProjectionHead);

}  // namespace counterpoint::nn
