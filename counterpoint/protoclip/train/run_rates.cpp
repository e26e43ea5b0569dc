#include "counterpoint/protoclip/train/run_rates.h"

namespace counterpoint::protoclip {
namespace {

/// An incomplete last batch is dropped.
std::int64_t steps_of_episode(const TrainSettings& settings, std::int64_t samples) {
  return (settings.episode_size > 0 ? settings.episode_size : samples) / settings.batch;
}

train::ScheduleSettings main_schedule(const TrainSettings& settings, std::int64_t steps) {
  return {.kind = "cosine",
          .learning_rate = settings.learning_rate,
          .warmup_steps = settings.warmup >= 0 ? settings.warmup : steps / 20,
          .total_steps = steps};
}

}  // namespace

RunRates::RunRates(const TrainSettings& settings, std::int64_t samples)
    : steps_(steps_of_episode(settings, samples) * settings.episodes),
      main_steps_(settings.lit_start >= 0 ? steps_of_episode(settings, samples) * settings.lit_start : steps_),
      main_(main_schedule(settings, main_steps_)) {
  // A tail on the rest of the main cosine would hardly move anything (spec 2.6.6): it has its own, from a tenth.
  if (main_steps_ < steps_)
    tail_.emplace(train::ScheduleSettings{
        .kind = "cosine", .learning_rate = settings.learning_rate / 10, .total_steps = steps_ - main_steps_});
}

double RunRates::at(std::int64_t step) const {
  return tail_ && step >= main_steps_ ? tail_->at(step - main_steps_) : main_.at(step);
}

}  // namespace counterpoint::protoclip
