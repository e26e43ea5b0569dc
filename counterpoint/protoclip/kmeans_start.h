// Where a run of K-means starts.
#pragma once
#include <torch/torch.h>

#include <cstdint>
#include <string>

#include "counterpoint/core/random.h"

namespace counterpoint::protoclip {

/// K different rows of x, each as likely.
torch::Tensor random_start(const torch::Tensor& x, std::int64_t k, RandomStream& random);

/// k-means++ (Arthur and Vassilvitskii 2007): each next row is drawn in proportion to its squared distance to those
/// before. Drawn exactly, in batches: candidates come from the distribution before the batch and are accepted with the
/// share of their distance that the batch's accepted ones have left, which is rejection sampling from the true one. So
/// a start costs about one iteration, not K passes over the data. x contiguous float32, norms = |x|^2 [N].
torch::Tensor plus_plus_start(const torch::Tensor& x, const torch::Tensor& norms, std::int64_t k, RandomStream& random);

}  // namespace counterpoint::protoclip
