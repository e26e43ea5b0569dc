// What a learner takes: loaded pairs as tensors.
#pragma once
#include <torch/torch.h>

#include <cstdint>
#include <vector>

namespace counterpoint::protoclip {

struct BatchInput {
  torch::Tensor pixels;     ///< [B, 3, S, S] float32
  torch::Tensor ids;        ///< [B, T] int64
  torch::Tensor positions;  ///< [B] int64, within the episode
};

/// In parts of at most `most` rows, as even as can be: a part of one row, which batch norm cannot take, only of a batch
/// of one.
std::vector<BatchInput> parts_of(const BatchInput& batch, std::int64_t most);

}  // namespace counterpoint::protoclip
