#include "counterpoint/train/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "counterpoint/core/error.h"

namespace counterpoint::train {
namespace {

std::int64_t warmup_of(const ScheduleSettings& settings) {
  const auto& [kind, rate, steps, ratio, total] = settings;
  if (steps < 0) fail("the warm-up has {} steps, 0 or more were expected", steps);
  if (!(ratio >= 0 && ratio <= 1)) fail("the warm-up's ratio is {}, a part of the run from 0 to 1 was expected", ratio);
  if (steps > 0 && ratio > 0)
    fail("the warm-up is given both as {} steps and as the ratio {}; one of them was expected", steps, ratio);
  if (steps > total)
    fail("the warm-up of {} steps is longer than the run of {} steps; the learning rate would never be reached", steps,
         total);
  if (steps > 0 && total == 1)
    fail("the warm-up of {} steps leaves the run's only step the learning rate 0: nothing would be trained", steps);
  if (steps > 0) return steps;
  // The last step at least is trained.
  return std::min(total - 1, static_cast<std::int64_t>(std::ceil(static_cast<double>(total) * ratio)));
}

}  // namespace

std::vector<std::string> schedule_names() { return {"cosine", "linear", "constant"}; }

LearningRate::LearningRate(const ScheduleSettings& settings)
    : peak_(settings.learning_rate), total_(settings.total_steps) {
  const std::vector<std::string> names = schedule_names();
  const auto found = std::find(names.begin(), names.end(), settings.kind);
  if (found == names.end())
    fail("unknown learning-rate schedule '{}'{}", settings.kind, suggestion(settings.kind, names));
  kind_ = static_cast<Kind>(found - names.begin());
  if (!(peak_ > 0) || !std::isfinite(peak_)) fail("the learning rate is {}, more than 0 was expected", peak_);
  if (total_ < 1) fail("the run has {} steps, at least 1 was expected", total_);
  warmup_ = warmup_of(settings);
}

double LearningRate::at(std::int64_t step) const { return peak_ * factor(step); }

double LearningRate::factor(std::int64_t step) const {
  if (step < warmup_) return static_cast<double>(step) / static_cast<double>(warmup_);
  const auto falling = static_cast<double>(std::max<std::int64_t>(1, total_ - warmup_));
  switch (kind_) {
    case Kind::constant:
      return 1;
    case Kind::linear:
      return std::max(0.0, static_cast<double>(total_ - step) / falling);
    case Kind::cosine:
      return std::max(0.0, 0.5 * (1 + std::cos(std::numbers::pi * static_cast<double>(step - warmup_) / falling)));
  }
  COUNTERPOINT_ASSERT(false);
}

}  // namespace counterpoint::train
