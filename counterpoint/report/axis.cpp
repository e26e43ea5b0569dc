#include "counterpoint/report/axis.h"

#include <algorithm>
#include <cmath>

#include "counterpoint/report/terminal.h"

namespace counterpoint::report {
namespace {

/// The nearest of 1, 2, 5 times a power of ten that is not below `rough`.
double round_step(double rough) {
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (factor * power >= rough * (1 - 1e-9)) return factor * power;
  return 10 * power;
}

/// Of the size of its values: within less they are one value in other roundings, and a tick's number could not be told
/// from the next one's.
constexpr double least_span = 1e-12;

}  // namespace

Axis::Axis(const AxisWish& wish, double start, double end)
    : low_(wish.low), high_(wish.high), start_(start), end_(end) {
  const double size = std::max(std::abs(low_), std::abs(high_));
  if (!(high_ - low_ > size * least_span)) {
    // One value alone: room on both sides of it.
    const double room = std::max(size * 0.1, wish.whole ? 1.0 : 1e-6);
    low_ -= room;
    high_ += room;
  }
  step_ = round_step((high_ - low_) / wish.ticks);
  if (wish.whole) step_ = std::max(1.0, step_);
  if (!wish.tight) {
    low_ = std::floor(low_ / step_ + 1e-9) * step_;
    high_ = std::ceil(high_ / step_ - 1e-9) * step_;
  }
  for (double k = std::ceil(low_ / step_ - 1e-9); k * step_ <= high_ + step_ * 1e-9; ++k) ticks_.push_back(k * step_);
}

std::string Axis::label(double tick, bool percent) const {
  const double step = step_ * (percent ? 100 : 1);
  if (step < 1e-3) return format_freely(tick * (percent ? 100 : 1));
  if (step >= 1 && !percent) return (tick < 0 ? "−" : "") + thousands(std::llround(std::abs(tick)));
  return format_number(tick, {percent, std::max(0, static_cast<int>(std::ceil(-std::log10(step) - 1e-9)))});
}

void Range::add(double value) {
  if (!std::isfinite(value)) return;
  low_ = std::min(low_, value);
  high_ = std::max(high_, value);
}

void Range::add(const Estimate& estimate) {
  add(estimate.mean);
  if (estimate.low) add(*estimate.low);
  if (estimate.high) add(*estimate.high);
  for (const double repeat : estimate.repeats) add(repeat);
}

}  // namespace counterpoint::report
