#include "counterpoint/core/statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "counterpoint/core/error.h"

namespace counterpoint {

Interval wilson_interval(std::int64_t hits, std::int64_t n) {
  if (n <= 0) return {};
  constexpr double z = 1.959963984540054;
  const auto count = static_cast<double>(n);
  const double p = static_cast<double>(hits) / count;
  const double scale = 1 + z * z / count;
  const double centre = (p + z * z / (2 * count)) / scale;
  const double half = z * std::sqrt(p * (1 - p) / count + z * z / (4 * count * count)) / scale;
  return {std::max(0.0, centre - half), std::min(1.0, centre + half)};
}

double quantile(std::span<const double> sorted, double share) {
  COUNTERPOINT_ASSERT(!sorted.empty());
  const double at = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(std::floor(at));
  const size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (at - std::floor(at)) * (sorted[above] - sorted[below]);
}

Spread spread_of(std::span<const double> values) {
  Spread spread{.mean = 0, .deviation = std::nullopt, .n = std::ssize(values)};
  if (values.empty()) return spread;
  const auto n = static_cast<double>(values.size());
  spread.mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  if (values.size() < 2) return spread;
  double squares = 0;
  for (const double value : values) squares += (value - spread.mean) * (value - spread.mean);
  spread.deviation = std::sqrt(squares / (n - 1));
  return spread;
}

}  // namespace counterpoint
