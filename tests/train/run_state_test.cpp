#include "counterpoint/train/run_state.h"

#include "tests/support/support.h"

namespace counterpoint::train {
namespace {

std::vector<double> values_of(const std::vector<Metric>& metrics) {
  std::vector<double> values;
  for (const Metric& metric : metrics) values.push_back(metric.value);
  return values;
}

/// As a checkpoint keeps it.
RunState stored(const RunState& state) { return RunState::from_json(data::Json::parse(state.to_json().dump(2))); }

TEST(MetricWindow, TellsTheMeanAndBeginsAnew) {
  MetricWindow window;
  window.add({{"loss", 3}, {"rewards/margins", -1}}, {{"epoch", 1}});
  window.add({{"loss", 1}, {"rewards/margins", 0.5}}, {{"epoch", 2}});
  const std::vector<Metric> line = window.take();
  EXPECT_EQ(line[0].name, "loss");
  EXPECT_EQ(values_of(line), (std::vector<double>{2, -0.25, 2}));
  EXPECT_TRUE(window.empty());
  window.add({{"loss", 0.1}});
  EXPECT_EQ(values_of(window.take()), std::vector<double>{0.1});
}

TEST(RunState, ComesBackBitForBit) {
  RunState state{.best = {{.step = 7, .value = 0.1 + 0.2}},
                 .without_gain = 2,
                 .stopped_early = true,
                 .unmeasured = true,
                 .tokens = 1234,
                 .unlogged = {}};
  state.unlogged.add({{"loss", 1.0 / 3}, {"rewards/margins", 0.1}, {"logps/chosen", -3}}, {{"grad_norm", 0.3}});
  RunState back = stored(state);
  EXPECT_EQ(back.best->step, 7);
  EXPECT_EQ(back.best->value, 0.1 + 0.2);
  EXPECT_EQ(back.without_gain, 2);
  EXPECT_TRUE(back.stopped_early);
  EXPECT_TRUE(back.unmeasured);
  EXPECT_EQ(back.tokens, 1234);
  for (RunState* one : {&state, &back})
    one->unlogged.add({{"loss", 0.7}, {"rewards/margins", 0.2}, {"logps/chosen", -1}});
  EXPECT_EQ(values_of(back.unlogged.take()), values_of(state.unlogged.take()));
}

TEST(RunState, WhatIsNotThereIsAsAtTheStart) {
  for (const RunState& state : {RunState{}, stored({})}) {
    EXPECT_FALSE(state.best);
    EXPECT_EQ(state.without_gain, 0);
    EXPECT_FALSE(state.stopped_early || state.unmeasured);
    EXPECT_EQ(state.tokens, 0);
    EXPECT_TRUE(state.unlogged.empty());
  }
  EXPECT_EQ(RunState::from_json({{"step", 3}, {"num_tokens", 5}}).tokens, 5);
}

}  // namespace
}  // namespace counterpoint::train
