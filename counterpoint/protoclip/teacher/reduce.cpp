#include "counterpoint/protoclip/teacher/reduce.h"

#include <ATen/CPUGeneratorImpl.h>

#include "counterpoint/core/error.h"
#include "counterpoint/core/random.h"

namespace counterpoint::protoclip {
namespace {

using torch::Tensor;

constexpr std::int64_t rows_at_once = 1 << 14;  // in double precision

/// (x - shift)' (x - shift) in double precision.
Tensor gram(const Tensor& x, const Tensor& shift) {
  Tensor sum = torch::zeros({x.size(1), x.size(1)}, torch::kFloat64);
  for (std::int64_t begin = 0; begin < x.size(0); begin += rows_at_once) {
    const Tensor part = x.slice(0, begin, begin + rows_at_once).to(torch::kFloat64) - shift;
    sum += part.t().mm(part);
  }
  return sum;
}

/// Eigenvectors [d, dim] float64 of the largest eigenvalues, falling.
Tensor largest_axes(const Tensor& symmetric, std::int64_t dim) {
  const Tensor vectors = std::get<1>(torch::linalg_eigh(symmetric));
  return vectors.slice(1, vectors.size(1) - dim).flip({1});
}

/// +1 or -1 for each column of [d, dim], so that its largest entry becomes positive.
Tensor signs(const Tensor& columns) {
  const Tensor largest = columns.gather(0, columns.abs().argmax(0, /*keepdim=*/true)).squeeze(0);
  return torch::where(largest < 0, -torch::ones_like(largest), torch::ones_like(largest));
}

Tensor orthonormal(const Tensor& columns) { return std::get<0>(torch::linalg_qr(columns)); }

void check_dim(std::int64_t dim, std::int64_t rows, std::int64_t columns) {
  if (dim < 1 || dim > std::min(rows, columns))
    fail("{} dimensions out of {} rows of {}: 1 to {} were expected", dim, rows, columns, std::min(rows, columns));
}

}  // namespace

Tensor truncated_svd(const SparseMatrix& matrix, const SvdOptions& options) {
  check_dim(options.dim, matrix.rows(), matrix.columns);
  const std::int64_t width = std::min({options.dim + options.oversampling, matrix.rows(), matrix.columns});
  at::Generator random = at::detail::createCPUGenerator(stream_seed(options.seed, {"truncated svd"}));
  const SparseMatrix other = transposed(matrix);
  Tensor basis = orthonormal(torch::randn({matrix.columns, width}, random));
  for (std::int64_t i = 0; i < options.iterations; ++i) basis = orthonormal(times(other, times(matrix, basis)));
  const Tensor rows = times(matrix, basis);
  const Tensor axes = largest_axes(gram(rows, torch::zeros({width}, torch::kFloat64)), options.dim);
  const Tensor sign = signs(basis.to(torch::kFloat64).mm(axes));
  return rows.mm((axes * sign).to(torch::kFloat32));
}

Tensor pca(const Tensor& x, std::int64_t dim) {
  check_dim(dim, x.size(0), x.size(1));
  const Tensor mean = x.mean(0, /*keepdim=*/false, torch::kFloat64);
  if (!mean.isfinite().all().item<bool>()) fail("features with numbers that are not finite");
  const Tensor axes = largest_axes(gram(x, mean), dim);
  const Tensor directions = (axes * signs(axes)).to(torch::kFloat32);
  // The mean is taken off behind the product: N rows of d_h numbers, not of d.
  return x.mm(directions) - mean.to(torch::kFloat32).unsqueeze(0).mm(directions);
}

}  // namespace counterpoint::protoclip
