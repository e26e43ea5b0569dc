// Intervals without assumptions about distributions: the pictures are drawn again and again, with replacement.
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <utility>

namespace counterpoint::protoclip {

/// A number of a sample in which picture i occurs times[i] times (a whole number).
using OfTimes = std::function<double(std::span<const double> times)>;

/// Percentile bootstrap, 95 %, of 1,000 draws of n of n pictures. n >= 1. The same for the same seed.
std::pair<double, double> bootstrap_interval(std::int64_t n, const OfTimes& number, std::uint64_t seed = 12);

/// Of the mean of one value a picture.
std::pair<double, double> mean_interval(std::span<const double> values, std::uint64_t seed = 12);

}  // namespace counterpoint::protoclip
