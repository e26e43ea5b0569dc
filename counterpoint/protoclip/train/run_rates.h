// How many steps a run has, and the learning rate of each.
#pragma once
#include <cstdint>
#include <optional>

#include "counterpoint/protoclip/train/train_settings.h"
#include "counterpoint/train/schedule.h"

namespace counterpoint::protoclip {

class RunRates {
 public:
  /// Of a run on so many samples. Error: a rate that is not above 0; a warm-up that is longer than the run, or than
  /// what comes before its tail.
  RunRates(const TrainSettings& settings, std::int64_t samples);

  std::int64_t steps() const { return steps_; }
  /// Of the step that follows when `step` steps are done.
  double at(std::int64_t step) const;

 private:
  std::int64_t steps_, main_steps_;  ///< of all, and before the tail
  train::LearningRate main_;
  std::optional<train::LearningRate> tail_;
};

}  // namespace counterpoint::protoclip
