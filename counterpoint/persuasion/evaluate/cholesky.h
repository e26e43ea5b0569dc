// Small symmetric positive definite systems.
#pragma once
#include <optional>
#include <vector>

namespace counterpoint::persuasion {

using Matrix = std::vector<std::vector<double>>;

struct Cholesky {
  Matrix lower;                     ///< L with L L' = the matrix
  std::optional<size_t> failed_at;  ///< the column that is (all but) a combination of those before it
};

/// Uses the lower triangle.
Cholesky cholesky(Matrix matrix);
std::vector<double> solve(const Cholesky& factor, std::vector<double> right);
Matrix inverse(const Cholesky& factor);

}  // namespace counterpoint::persuasion
