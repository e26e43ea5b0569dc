#include "counterpoint/protoclip/teacher/sparse.h"

#include "counterpoint/core/error.h"
#include "counterpoint/nn/torch/at_parallel.h"

namespace counterpoint::protoclip {

SparseMatrix transposed(const SparseMatrix& matrix) {
  SparseMatrix out;
  out.columns = matrix.rows();
  out.row_begin.assign(static_cast<size_t>(matrix.columns) + 1, 0);
  out.column.resize(matrix.column.size());
  out.value.resize(matrix.value.size());
  for (const std::int32_t column : matrix.column) ++out.row_begin[static_cast<size_t>(column) + 1];
  for (size_t i = 1; i < out.row_begin.size(); ++i) out.row_begin[i] += out.row_begin[i - 1];
  std::vector<std::int64_t> next(out.row_begin.begin(), out.row_begin.end() - 1);
  for (std::int64_t row = 0; row < matrix.rows(); ++row)
    for (std::int64_t i = matrix.row_begin[row]; i < matrix.row_begin[row + 1]; ++i) {
      const auto place = static_cast<size_t>(next[static_cast<size_t>(matrix.column[i])]++);
      out.column[place] = static_cast<std::int32_t>(row);
      out.value[place] = matrix.value[i];
    }
  return out;
}

torch::Tensor times(const SparseMatrix& matrix, const torch::Tensor& dense) {
  COUNTERPOINT_ASSERT(dense.dim() == 2 && dense.size(0) == matrix.columns);
  const torch::Tensor right = dense.to(torch::kFloat32).contiguous();
  const std::int64_t width = right.size(1);
  torch::Tensor out = torch::zeros({matrix.rows(), width});
  const float* from = right.data_ptr<float>();
  float* to = out.data_ptr<float>();
  // Each row is one thread's, summed in the order of its columns.
  at::parallel_for(0, matrix.rows(), 256, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row)
      for (std::int64_t i = matrix.row_begin[row]; i < matrix.row_begin[row + 1]; ++i) {
        const float* line = from + matrix.column[i] * width;
        const float value = matrix.value[i];
        for (std::int64_t k = 0; k < width; ++k) to[row * width + k] += value * line[k];
      }
  });
  return out;
}

}  // namespace counterpoint::protoclip
