#include "counterpoint/persuasion/evaluate/resampling.h"

#include <algorithm>

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

}  // namespace counterpoint::persuasion
