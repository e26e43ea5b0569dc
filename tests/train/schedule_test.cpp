#include "counterpoint/train/schedule.h"

#include <cmath>

#include "counterpoint/data/jsonl.h"
#include "tests/support/support.h"

namespace counterpoint::train {
namespace {

TEST(Schedule, HasTheRatesOfTransformers) {
  int compared = 0;
  for (const data::Json& run : data::read_json(test::golden("train/schedules.json"))) {
    const LearningRate rate({.kind = run["kind"],
                             .learning_rate = 5e-4,
                             .warmup_steps = run["warmup_steps"],
                             .warmup_ratio = run["warmup_ratio"],
                             .total_steps = run["total_steps"]});
    for (const data::Json& at : run["rates"]) {
      EXPECT_NEAR(rate.at(at[0]), at[1].get<double>(), 1e-18) << run["kind"] << " at " << at[0] << " of " << run;
      ++compared;
    }
  }
  EXPECT_GT(compared, 100);
}

std::string refusal(const ScheduleSettings& settings) {
  return test::error_of([&] { LearningRate{settings}; });
}

TEST(Schedule, AWarmUpLongerThanTheRunIsRefused) {
  EXPECT_EQ(refusal({.warmup_steps = 100, .total_steps = 53}),
            "the warm-up of 100 steps is longer than the run of 53 steps; the learning rate would never be reached");
  test::expect_contains(refusal({.warmup_ratio = 1.5, .total_steps = 53}), "ratio is 1.5");
  test::expect_contains(refusal({.warmup_ratio = -0.1, .total_steps = 53}), "ratio is -0.1");
  test::expect_contains(refusal({.warmup_steps = -1, .total_steps = 53}), "-1 steps");
  EXPECT_DOUBLE_EQ(LearningRate({.learning_rate = 1, .warmup_steps = 53, .total_steps = 53}).at(52), 52.0 / 53);
  test::expect_contains(refusal({.warmup_steps = 1, .total_steps = 1}), "nothing would be trained");
  EXPECT_GT(LearningRate({.learning_rate = 1, .warmup_ratio = 0.1, .total_steps = 1}).at(0), 0);
}

TEST(Schedule, OneFormOfWarmUp) {
  test::expect_contains(refusal({.warmup_steps = 10, .warmup_ratio = 0.1, .total_steps = 53}),
                        "both as 10 steps and as the ratio 0.1");
}

TEST(Schedule, WrongNamesAndNumbers) {
  test::expect_contains(refusal({.kind = "cosin", .total_steps = 5}), "'cosin' (did you mean 'cosine'?)");
  test::expect_contains(refusal({.kind = "polynomial", .total_steps = 5}), "known: cosine, linear, constant");
  test::expect_contains(refusal({.learning_rate = 0, .total_steps = 5}), "learning rate is 0");
  test::expect_contains(refusal({.learning_rate = NAN, .total_steps = 5}), "learning rate is nan");
  test::expect_contains(refusal({.total_steps = 0}), "0 steps");
}

}  // namespace
}  // namespace counterpoint::train
