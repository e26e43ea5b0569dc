#include "counterpoint/persuasion/statistics.h"

#include "counterpoint/core/statistics.h"

#include "tests/support/support.h"

namespace counterpoint::persuasion {
namespace {

TEST(WilsonInterval, KnownValues) {
  const Interval half = wilson_interval(5, 10);  // textbook: 0.2366 to 0.7634
  EXPECT_NEAR(half.low, 0.2366, 5e-5);
  EXPECT_NEAR(half.high, 0.7634, 5e-5);
  const Interval none = wilson_interval(0, 20);  // 0 to z^2 / (n + z^2)
  EXPECT_NEAR(none.low, 0, 1e-12);
  EXPECT_NEAR(none.high, 3.841459 / 23.841459, 1e-6);
  EXPECT_EQ(wilson_interval(0, 0).high, 1);
}

TEST(Auroc, CountsPairsAndHalvesTies) {
  EXPECT_DOUBLE_EQ(*auroc({{0.9, true}, {0.8, true}, {0.1, false}}), 1);
  EXPECT_DOUBLE_EQ(*auroc({{0.1, true}, {0.9, false}}), 0);
  EXPECT_DOUBLE_EQ(*auroc({{0.5, true}, {0.5, false}}), 0.5);
  // pairs: (.9 > .4), (.9 > .4), (.4 = .4), (.4 = .4): 2 + 1 of 4
  EXPECT_DOUBLE_EQ(*auroc({{0.9, true}, {0.4, true}, {0.4, false}, {0.4, false}}), 0.75);
  EXPECT_FALSE(auroc({{0.5, true}}));
}

TEST(Auroc, IsNotDefinedForScoresThatAreNoNumbers) {
  EXPECT_EQ(auroc({{std::nan(""), true}, {0.5, false}, {0.7, true}}), std::nullopt);
}

}  // namespace
}  // namespace counterpoint::persuasion
