#include "counterpoint/persuasion/evaluate/resampling.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "counterpoint/core/error.h"
#include "counterpoint/core/random.h"

namespace counterpoint::persuasion {

std::optional<Interval> bootstrap_interval(const std::vector<std::vector<size_t>>& groups, const OfItems& number,
                                           const Resampling& resampling) {
  if (groups.empty()) return std::nullopt;
  RandomStream random(stream_seed(resampling.seed, {"bootstrap"}));
  std::vector<double> values;
  std::vector<size_t> drawn;
  for (int draw = 0; draw < resampling.draws; ++draw) {
    drawn.clear();
    for (size_t i = 0; i < groups.size(); ++i) {
      const auto& group = groups[random.below(groups.size())];
      drawn.insert(drawn.end(), group.begin(), group.end());
    }
    if (const auto value = number(drawn)) values.push_back(*value);
  }
  if (2 * std::ssize(values) <= resampling.draws) return std::nullopt;
  std::sort(values.begin(), values.end());
  const double tail = (1 - resampling.confidence) / 2;
  return Interval{quantile(values, tail), quantile(values, 1 - tail)};
}

double unseen_share(std::int64_t n) { return wilson_interval(0, n).high; }

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

}  // namespace counterpoint::persuasion
