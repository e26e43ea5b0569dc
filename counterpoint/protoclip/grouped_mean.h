// Sums and means of rows by label, in one pass over the rows.
#pragma once
#include <torch/torch.h>

#include <cstdint>

namespace counterpoint::protoclip {

struct GroupedMean {
  torch::Tensor means;   ///< [K, d] float32; zero where a group has no rows
  torch::Tensor counts;  ///< [K] int64
};

/// x [N, d], labels [N] int64 in 0 .. k-1, both on one device. On the CPU each thread owns some of the groups, so a
/// group's rows are added in their order: the same bits for any number of threads. Elsewhere index_add_.
GroupedMean grouped_mean(const torch::Tensor& x, const torch::Tensor& labels, std::int64_t k);

}  // namespace counterpoint::protoclip
