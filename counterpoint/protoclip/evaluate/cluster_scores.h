// How well clusters agree with labels.
#pragma once
#include <torch/torch.h>

#include <cstdint>

namespace counterpoint::protoclip {

/// Rand index adjusted for chance (Hubert and Arabie 1985). Two labellings [N] int64 of the same items, any values.
/// As scikit-learn's adjusted_rand_score.
double adjusted_rand_index(const torch::Tensor& a, const torch::Tensor& b);

/// Mutual information adjusted for chance (Vinh, Epps and Bailey 2010), over the arithmetic mean of both entropies, the
/// expected mutual information summed exactly. As scikit-learn's adjusted_mutual_info_score.
double adjusted_mutual_information(const torch::Tensor& a, const torch::Tensor& b);

constexpr std::int64_t cluster_starts = 10;

struct ClusterAgreement {
  double ari = 0, ami = 0;  ///< means over the starts
};

/// K-means on unit features, as many clusters as there are different labels, 100 iterations (spec 2.3). From several
/// starts whose scores are averaged: the run of the lowest objective alone moves by .02 with its seed on a few hundred
/// pictures, as much as models differ. images [N, d], labels [N] int64.
ClusterAgreement cluster_agreement(const torch::Tensor& images, const torch::Tensor& labels, std::uint64_t seed = 0);

}  // namespace counterpoint::protoclip
