// The learning rate of each step, with the values of transformers' schedules with warm-up.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace counterpoint::train {

struct ScheduleSettings {
  std::string kind = "cosine";    ///< a name of schedule_names()
  double learning_rate = 5e-4;    ///< where the warm-up ends (paper's code: 5e-4)
  std::int64_t warmup_steps = 0;  ///< of linear rise from 0
  double warmup_ratio = 0;        ///< the same as a part of the run, [0, 1]; rounded up to whole steps
  std::int64_t total_steps = 0;   ///< of the run
};

/// "cosine" and "linear" fall to 0 at the end of the run; "constant" stays.
std::vector<std::string> schedule_names();

class LearningRate {
 public:
  /// Error: an unknown kind, with the nearest name; a rate that is not above 0; a run without steps; both forms of
  /// warm-up, or one that is longer than the run.
  explicit LearningRate(const ScheduleSettings& settings);

  /// Of the step that follows when `step` steps are done. The first step of a warm-up has the rate 0, as in
  /// transformers.
  double at(std::int64_t step) const;

 private:
  enum class Kind { cosine, linear, constant };
  double factor(std::int64_t step) const;

  Kind kind_;
  double peak_;
  std::int64_t warmup_, total_;
};

}  // namespace counterpoint::train
