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

struct Reduced {
  torch::Tensor rows;        ///< [N, dim] float32: the rows in the new coordinates
  torch::Tensor components;  ///< [dim, d] float32, orthonormal; each one's largest entry is positive
  torch::Tensor scales;      ///< [dim] float32: singular values (SVD), standard deviations (PCA); falling
};

/// Subspace iteration with a random start (Halko, Martinsson, Tropp 2011, algorithm 4.4). Not centred. Error: fewer
/// rows or columns than dim.
Reduced truncated_svd(const SparseMatrix& matrix, const SvdOptions& options = {});

/// Centred, not whitened; x [N, d] float32. Error: dim above N or d; numbers that are not finite.
Reduced pca(const torch::Tensor& x, std::int64_t dim);

}  // namespace counterpoint::protoclip
