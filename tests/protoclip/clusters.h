// Synthetic clusters with known members.
#pragma once
#include <torch/torch.h>

namespace counterpoint::test {

struct Clusters {
  torch::Tensor rows;     // [k * each, d] float32
  torch::Tensor members;  // [k * each] int64
};

/// k centres of unit length, `each` rows about every one of them, `noise` wide.
inline Clusters make_clusters(std::int64_t k, std::int64_t each, std::int64_t d, double noise, std::uint64_t seed) {
  torch::manual_seed(seed);
  const torch::Tensor centres = torch::nn::functional::normalize(torch::randn({k, d}));
  const torch::Tensor members = torch::arange(k).repeat(each);
  return {centres.index_select(0, members) + noise * torch::randn({k * each, d}), members};
}

}  // namespace counterpoint::test
