// The inner loop of K-means: for each row the nearest of K centroids, without a matrix of distances.
#pragma once
#include <torch/torch.h>

namespace counterpoint::protoclip {

struct Nearest {
  torch::Tensor labels;  ///< [N] int64; of equally near ones the first
  torch::Tensor score;   ///< [N] float32: |c|^2/2 - x.c of that centroid; twice this plus |x|^2 is the squared distance
};

/// x [N, d] and centroids [K, d], float32 and contiguous, on one device.
Nearest nearest_centroids(const torch::Tensor& x, const torch::Tensor& centroids);

/// |x|^2 of each row [N].
torch::Tensor squared_norms(const torch::Tensor& x);

}  // namespace counterpoint::protoclip
