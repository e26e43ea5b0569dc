// A margin that runs away is told of once.
#include "counterpoint/persuasion/train/margin_watch.h"

#include "tests/support/support.h"

namespace counterpoint::persuasion {
namespace {

TEST(MarginWatch, WarnsOnceOfAMarginThatRunsAway) {
  std::vector<std::string> told;
  MarginWatch watch(0.1, [&](const std::string& line) { told.push_back(line); });
  watch.look(1, {{"loss", 0.1}, {"rewards/margins", 4.9}});
  EXPECT_TRUE(told.empty());
  watch.look(2, {{"rewards/margins", -6.7}});
  watch.look(3, {{"rewards/margins", 9}});
  ASSERT_EQ(told.size(), 1u);
  test::expect_contains(told[0], "warning: step 2: chosen and rejected replies are -67 nats apart");
  test::expect_contains(told[0], "lower learning rate");
}

}  // namespace
}  // namespace counterpoint::persuasion
