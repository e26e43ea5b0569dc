// A chart's axis: round limits, round ticks, and where a value stands on it.
#pragma once
#include <string>
#include <vector>

#include "counterpoint/report/number.h"

namespace counterpoint::report {

struct AxisWish {
  double low = 0, high = 1;  ///< the data
  int ticks = 4;             ///< about so many steps
  bool whole = false;        ///< ticks at whole numbers only: turns, steps
  bool tight = false;        ///< the axis ends where the data ends, not at the next tick
};

class Axis {
 public:
  /// From pixel `start` (at `low`) to `end`; they may run either way.
  Axis(const AxisWish& wish, double start, double end);

  double place(double value) const { return start_ + (value - low_) / (high_ - low_) * (end_ - start_); }
  double low() const { return low_; }
  double high() const { return high_; }
  const std::vector<double>& ticks() const { return ticks_; }
  /// A tick's label with as many digits as the steps need.
  std::string label(double tick, bool percent) const;

 private:
  double low_, high_, start_, end_, step_;
  std::vector<double> ticks_;
};

/// The ends of values that are added one by one; numbers that are not finite do not count.
class Range {
 public:
  void add(double value);
  void add(const Estimate& estimate);
  bool empty() const { return low_ > high_; }
  double low() const { return low_; }
  double high() const { return high_; }

 private:
  double low_ = 1e300, high_ = -1e300;
};

}  // namespace counterpoint::report
