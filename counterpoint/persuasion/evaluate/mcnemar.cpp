#include "counterpoint/persuasion/evaluate/mcnemar.h"

#include <algorithm>
#include <cmath>

namespace counterpoint::persuasion {
namespace {

/// Of k heads among n tosses of a fair coin.
double probability(std::int64_t k, std::int64_t n) {
  const auto choose = std::lgamma(static_cast<double>(n) + 1) - std::lgamma(static_cast<double>(k) + 1) -
                      std::lgamma(static_cast<double>(n - k) + 1);
  return std::exp(choose - static_cast<double>(n) * std::log(2.0));
}

}  // namespace

McNemar mcnemar(std::int64_t only_first, std::int64_t only_second) {
  McNemar test{.only_first = only_first, .only_second = only_second, .exact = 1, .mid_p = 1};
  const std::int64_t n = only_first + only_second, fewer = std::min(only_first, only_second);
  if (n == 0) return test;
  double tail = 0;
  for (std::int64_t k = 0; k <= fewer; ++k) tail += probability(k, n);
  test.exact = std::min(1.0, 2 * tail);
  test.mid_p = std::min(1.0, 2 * tail - probability(fewer, n));
  return test;
}

}  // namespace counterpoint::persuasion
