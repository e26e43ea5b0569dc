#include "counterpoint/persuasion/evaluate/cholesky.h"

#include <cmath>

namespace counterpoint::persuasion {

namespace {
constexpr double smallest_part = 1e-11;  ///< of a diagonal element, that must be left once the columns before are out
}

Cholesky cholesky(Matrix matrix) {
  Cholesky factor{.lower = std::move(matrix), .failed_at = std::nullopt};
  Matrix& l = factor.lower;
  for (size_t j = 0; j < l.size(); ++j) {
    double left = l[j][j];
    for (size_t k = 0; k < j; ++k) left -= l[j][k] * l[j][k];
    if (!(left > smallest_part * l[j][j])) {
      factor.failed_at = j;
      return factor;
    }
    l[j][j] = std::sqrt(left);
    for (size_t i = j + 1; i < l.size(); ++i) {
      double sum = l[i][j];
      for (size_t k = 0; k < j; ++k) sum -= l[i][k] * l[j][k];
      l[i][j] = sum / l[j][j];
    }
  }
  return factor;
}

std::vector<double> solve(const Cholesky& factor, std::vector<double> right) {
  const Matrix& l = factor.lower;
  const size_t n = l.size();
  for (size_t i = 0; i < n; ++i) {
    for (size_t k = 0; k < i; ++k) right[i] -= l[i][k] * right[k];
    right[i] /= l[i][i];
  }
  for (size_t i = n; i-- > 0;) {
    for (size_t k = i + 1; k < n; ++k) right[i] -= l[k][i] * right[k];
    right[i] /= l[i][i];
  }
  return right;
}

Matrix inverse(const Cholesky& factor) {
  Matrix out;
  for (size_t j = 0; j < factor.lower.size(); ++j) {
    std::vector<double> unit(factor.lower.size());
    unit[j] = 1;
    out.push_back(solve(factor, std::move(unit)));
  }
  return out;
}

}  // namespace counterpoint::persuasion
