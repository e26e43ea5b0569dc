// Intervals without assumptions about distributions: the questions are drawn again and again, with replacement.
#pragma once
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "counterpoint/core/statistics.h"

namespace counterpoint::persuasion {

struct Resampling {
  int draws = 2000;
  std::uint64_t seed = 12;
  double confidence = 0.95;
};

/// A number computed from some items, of which some may occur more than once; nullopt: not defined for them.
using OfItems = std::function<std::optional<double>(std::span<const size_t> items)>;

/// Percentile bootstrap over groups (questions), each with its items. Draws for which the number is not defined are
/// left out; nullopt where that is more than half of them, or there is no group.
std::optional<Interval> bootstrap_interval(const std::vector<std::vector<size_t>>& groups, const OfItems& number,
                                           const Resampling& resampling = {});

/// Where no item of n differs from the others, nothing is seen of a figure's spread: the share of items that may differ
/// unseen, Wilson's upper bound of 0 in n.
double unseen_share(std::int64_t n);

}  // namespace counterpoint::persuasion
