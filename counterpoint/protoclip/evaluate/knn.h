// Recognition by nearest neighbours.
#pragma once
#include <torch/torch.h>

#include <cstdint>

#include "counterpoint/protoclip/evaluate/targets.h"

namespace counterpoint::protoclip {

/// Each test row's k nearest training rows by cosine vote for their classes with the weight exp(cosine / 0.07) (Wu et
/// al. 2018). train [N, d], truth of N rows (one without class votes for none), test [M, d] -> sums of votes [M, C]. k
/// is at most N.
torch::Tensor knn_scores(const torch::Tensor& train, const Targets& truth, const torch::Tensor& test, std::int64_t k);

}  // namespace counterpoint::protoclip
