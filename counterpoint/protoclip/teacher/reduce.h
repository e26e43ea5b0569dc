// Fewer dimensions: truncated SVD of a sparse matrix, and PCA of a dense one.
#pragma once
#include <torch/torch.h>

#include <cstdint>

#include "counterpoint/protoclip/teacher/sparse.h"

namespace counterpoint::protoclip {

struct SvdOptions {
  std::int64_t dim = 64;
  std::int64_t oversampling = 16;  ///< directions that are iterated with and dropped in the end
  std::int64_t iterations = 8;     ///< of the subspace, each a product with the matrix and with its transpose
  std::uint64_t seed = 0;
};

// Both give [N, dim] float32: the rows on orthonormal axes, those along which they vary most first; the largest entry
// of each axis is positive.

/// Subspace iteration with a random start (Halko, Martinsson, Tropp 2011, algorithm 4.4). Not centred. Error: fewer
/// rows or columns than dim.
torch::Tensor truncated_svd(const SparseMatrix& matrix, const SvdOptions& options = {});

/// Centred, not whitened; x [N, d] float32. Error: dim above N or d; numbers that are not finite.
torch::Tensor pca(const torch::Tensor& x, std::int64_t dim);

}  // namespace counterpoint::protoclip
