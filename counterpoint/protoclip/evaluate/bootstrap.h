// Intervals without assumptions about distributions: the pictures are drawn again and again, with replacement.
#pragma once
#include <cstdint>
#include <functional>
#include <span>

#include "counterpoint/core/statistics.h"

namespace counterpoint::protoclip {

/// A number of a sample in which picture i occurs times[i] times (a whole number).
using OfTimes = std::function<double(std::span<const double> times)>;

/// Percentile bootstrap, 95 %, of 1,000 draws of n of n pictures. n >= 1. The same for the same seed.
Interval bootstrap_interval(std::int64_t n, const OfTimes& number, std::uint64_t seed = 12);

/// Of the share of hits, one of 0 or 1 a picture. Where all are alike every draw gives the same, and the interval is
/// Wilson's instead, so that it has a width.
Interval share_interval(std::span<const double> hits, std::uint64_t seed = 12);

}  // namespace counterpoint::protoclip
