// A sparse matrix by rows, and its products with dense ones on all threads, the same bits each time.
#pragma once
#include <torch/torch.h>

#include <cstdint>
#include <vector>

namespace counterpoint::protoclip {

struct SparseMatrix {
  std::int64_t columns = 0;
  std::vector<std::int64_t> row_begin{0};  ///< rows + 1
  std::vector<std::int32_t> column;        ///< ascending within a row
  std::vector<float> value;

  std::int64_t rows() const { return static_cast<std::int64_t>(row_begin.size()) - 1; }
};

SparseMatrix transposed(const SparseMatrix& matrix);

/// [rows, columns] x [columns, n] -> [rows, n], float32.
torch::Tensor times(const SparseMatrix& matrix, const torch::Tensor& dense);

}  // namespace counterpoint::protoclip
