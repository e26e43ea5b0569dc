// Training rows laid one behind the other without padding: every linear layer sees one [T, hidden] matrix.
//
// A row is prefix, branch, branch, ..; a branch's positions go on from the prefix, and it sees the prefix and itself.
#pragma once
#include <torch/torch.h>

#include <span>
#include <vector>

#include "counterpoint/nn/torch/lanes.h"

namespace counterpoint::nn {

struct PackedRow {
  std::int64_t first = 0, prefix = 0, length = 0;  ///< in tokens of the packed batch; length includes the prefix
  at::Tensor positions;                            ///< [length]
  at::Tensor branch_mask;  ///< bool [length - prefix, length], on the CPU: what branch tokens see; undefined: one
                           ///< branch, causal
};

struct PackedRows {
  std::vector<PackedRow> rows;
  at::Tensor tokens, positions;    ///< [T] int64
  at::Tensor predictors, targets;  ///< [N]: where each trained token is predicted, and its id
  at::Tensor dropout_seeds;        ///< [T] int64
  at::Tensor mask;                 ///< [T, T] bool: what each token sees, of all rows together; on a GPU only
};

/// A branch's last token predicts nothing, so it is left out of T. `dropout_seed`: a hash, mixed with each row's key.
/// Error: a row without prefix.
PackedRows pack_rows(std::span<const TrainRow> rows, std::uint64_t dropout_seed, at::Device device);

/// Values of the lanes' trained tokens, [N] each, by row and branch, in the order of all rows; and of one lane back.
std::vector<RowValues> by_row(const std::vector<Lane>& lanes, const std::vector<at::Tensor>& values);
at::Tensor flat_values(const Lane& lane, const std::vector<RowValues>& values);

}  // namespace counterpoint::nn
