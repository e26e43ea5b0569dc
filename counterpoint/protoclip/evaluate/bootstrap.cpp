#include "counterpoint/protoclip/evaluate/bootstrap.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "counterpoint/core/error.h"
#include "counterpoint/core/random.h"

namespace counterpoint::protoclip {
namespace {

constexpr int draws = 1000;
constexpr double tail = 0.025;

}  // namespace

Interval bootstrap_interval(std::int64_t n, const OfTimes& number, std::uint64_t seed) {
  COUNTERPOINT_ASSERT(n >= 1);
  RandomStream random(stream_seed(seed, {"bootstrap"}));
  std::vector<double> values, times(static_cast<size_t>(n));
  for (int draw = 0; draw < draws; ++draw) {
    std::fill(times.begin(), times.end(), 0.0);
    for (size_t i = 0; i < times.size(); ++i) ++times[random.below(times.size())];
    values.push_back(number(times));
  }
  std::sort(values.begin(), values.end());
  return {quantile(values, tail), quantile(values, 1 - tail)};
}

Interval share_interval(std::span<const double> hits, std::uint64_t seed) {
  const auto n = static_cast<double>(hits.size());
  const double sum = std::accumulate(hits.begin(), hits.end(), 0.0);
  if (sum <= 0 || sum >= n) return wilson_interval(static_cast<std::int64_t>(sum), std::ssize(hits));
  return bootstrap_interval(
      std::ssize(hits),
      [&](std::span<const double> times) {
        return std::inner_product(times.begin(), times.end(), hits.begin(), 0.0) / n;
      },
      seed);
}

}  // namespace counterpoint::protoclip
