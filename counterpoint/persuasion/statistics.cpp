#include "counterpoint/persuasion/statistics.h"

#include <algorithm>
#include <cmath>

namespace counterpoint::persuasion {

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

std::optional<double> auroc(std::vector<Scored> items) {
  std::sort(items.begin(), items.end(), [](const Scored& a, const Scored& b) { return a.score < b.score; });
  double wrong_below = 0, wins = 0, rights = 0;
  for (size_t begin = 0; begin < items.size();) {
    size_t end = begin;
    double right = 0, wrong = 0;
    for (; end < items.size() && items[end].score == items[begin].score; ++end) ++(items[end].right ? right : wrong);
    wins += right * (wrong_below + wrong / 2);
    wrong_below += wrong;
    rights += right;
    begin = end;
  }
  if (rights == 0 || wrong_below == 0) return std::nullopt;
  return wins / (rights * wrong_below);
}

}  // namespace counterpoint::persuasion
