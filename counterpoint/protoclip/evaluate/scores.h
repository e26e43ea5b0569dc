// How good scores of classes are.
#pragma once
#include <torch/torch.h>

#include <cstdint>

namespace counterpoint::protoclip {

/// How many of a row's scores stand before that of its column `own` in a stable descending sort [N] int64: of equal
/// scores the first column comes first. scores [N, C], own [N] int64.
torch::Tensor places_of(const torch::Tensor& scores, const torch::Tensor& own);

/// Whether the class is among the k highest scores of its row [N] bool; of equal scores the first class comes first.
/// scores [N, C], classes [N] int64; a row whose class is -1 is no hit.
torch::Tensor top_hits(const torch::Tensor& scores, const torch::Tensor& classes, std::int64_t k);

/// Area below precision over recall, as a sum over the steps of recall (scikit-learn's average_precision_score): equal
/// scores make one step. scores [N], truth [N] (0 or 1). NaN without a true one.
double average_precision(const torch::Tensor& scores, const torch::Tensor& truth);

/// Mean over the classes that any picture has. scores, truth [N, C]. NaN where there is none.
double mean_average_precision(const torch::Tensor& scores, const torch::Tensor& truth);

}  // namespace counterpoint::protoclip
