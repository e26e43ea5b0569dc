// How fast a pass of training is.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <utility>

namespace counterpoint::protoclip {

/// Since a moment that stays the same while the program runs.
inline double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

class PassRate {
 public:
  /// `clock` tells seconds.
  explicit PassRate(std::function<double()> clock = steady_seconds) : clock_(std::move(clock)) {}

  /// Nothing of the pass before counts any more.
  void begin() {
    begun_ = clock_();
    pairs_ = 0;
  }
  void add(std::int64_t pairs) { pairs_ += pairs; }
  /// Pairs of this pass by its seconds up to now; 0 where none has gone by.
  double per_second() const {
    const double seconds = clock_() - begun_;
    return seconds > 0 ? static_cast<double>(pairs_) / seconds : 0;
  }

 private:
  std::function<double()> clock_;
  double begun_ = 0;
  std::int64_t pairs_ = 0;
};

}  // namespace counterpoint::protoclip
