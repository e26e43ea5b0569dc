// Prototypical Back Translation: the centroids of one modality's features, grouped by the other modality's labels.
#pragma once
#include <torch/torch.h>

#include <cstdint>

namespace counterpoint::protoclip {

struct BackTranslated {
  torch::Tensor centroids;  ///< [K, d] float32: mean of the rows whose label is k; zero where there is none
  torch::Tensor present;    ///< [K] bool: whether a row has that label. A zero row is no prototype: mask it
};

/// C_k = mean of h_i over labels_i = k, for h [N, d] and labels [N] int64. The mean of unit rows is shorter than 1; the
/// paper leaves it so, `normalise` makes its length 1. One pass, O(N d). Error: sizes that differ, a label outside.
BackTranslated back_translate(const torch::Tensor& h, const torch::Tensor& labels, std::int64_t k,
                              bool normalise = false);

}  // namespace counterpoint::protoclip
