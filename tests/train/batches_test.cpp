#include "counterpoint/train/batches.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "tests/support/support.h"

namespace counterpoint::train {
namespace {

using Rows = std::vector<std::int64_t>;

Rows epoch_of(const BatchPlan& plan, std::int64_t epoch) {
  Rows rows;
  for (std::int64_t step = 0; step < plan.steps_per_epoch(); ++step)
    for (const std::int64_t row : plan.rows_of(epoch * plan.steps_per_epoch() + step)) rows.push_back(row);
  return rows;
}

TEST(Batches, EveryRowOnceAnEpochInAnotherOrderEach) {
  const BatchPlan plan({.rows = 23, .batch_rows = 4, .seed = 1, .epochs = 5});
  EXPECT_EQ(plan.steps_per_epoch(), 6);
  EXPECT_EQ(plan.total_steps(), 30);
  EXPECT_EQ(plan.rows_of(0).size(), 4u);
  EXPECT_EQ(plan.rows_of(5).size(), 3u);  // 23 = 5 x 4 + 3: the rest is kept
  std::set<Rows> orders;
  for (int epoch = 0; epoch < 5; ++epoch) {
    Rows rows = epoch_of(plan, epoch);
    orders.insert(rows);
    std::sort(rows.begin(), rows.end());
    Rows all(23);
    std::iota(all.begin(), all.end(), 0);
    EXPECT_EQ(rows, all);
  }
  EXPECT_EQ(orders.size(), 5u);
}

TEST(Batches, AStepIsAFunctionOfSeedAndNumber) {
  const BatchSettings settings{.rows = 50, .batch_rows = 8, .seed = 3, .epochs = 2};
  const BatchPlan one(settings), other(settings);
  const Rows late = other.rows_of(9);  // asked for first, as after a resume
  for (std::int64_t step = 0; step < 9; ++step) EXPECT_EQ(one.rows_of(step), other.rows_of(step));
  EXPECT_EQ(one.rows_of(9), late);
  EXPECT_NE(BatchPlan({.rows = 50, .batch_rows = 8, .seed = 4, .epochs = 2}).rows_of(9), late);
}

TEST(Batches, EachRowComesToEachPlace) {
  // A shuffle without bias: the row at place 0 over 6000 epochs of 3 rows.
  const BatchPlan plan({.rows = 3, .batch_rows = 3});
  std::array<int, 3> first{};
  for (std::int64_t epoch = 0; epoch < 6000; ++epoch) ++first[static_cast<size_t>(plan.rows_of(epoch)[0])];
  for (const int count : first) EXPECT_NEAR(count, 2000, 4 * 37);  // 4 sigma
}

TEST(Batches, LengthAsTheTrainerCountsIt) {
  const auto steps = [](double epochs, std::int64_t max_steps) {
    return BatchPlan({.rows = 10, .batch_rows = 4, .epochs = epochs, .max_steps = max_steps}).total_steps();
  };
  EXPECT_EQ(steps(5, 0), 15);
  EXPECT_EQ(steps(0.5, 0), 2);
  EXPECT_EQ(steps(1.1, 0), 4);
  EXPECT_EQ(steps(5, 240), 240);
  const BatchPlan wide({.rows = 3, .batch_rows = 80});
  EXPECT_EQ(wide.total_steps(), 1);
  EXPECT_EQ(wide.rows_of(0).size(), 3u);
  EXPECT_DOUBLE_EQ(BatchPlan({.rows = 10, .batch_rows = 4}).epochs_after(2), 2.0 / 3);
}

TEST(Batches, WrongNumbers) {
  const auto refusal = [](const BatchSettings& settings) { return test::error_of([&] { BatchPlan{settings}; }); };
  test::expect_contains(refusal({.rows = 0, .batch_rows = 4}), "no rows");
  test::expect_contains(refusal({.rows = 4, .batch_rows = 0}), "a batch has 0 rows");
  test::expect_contains(refusal({.rows = 4, .batch_rows = 4, .epochs = 0}), "0 epochs");
  test::expect_contains(refusal({.rows = 4, .batch_rows = 4, .max_steps = -3}), "-3 steps");
}

TEST(MicroBatches, KeepToBothLimits) {
  const Rows tokens = {10, 90, 30, 30, 20, 100};
  const std::vector<std::vector<size_t>> one = {{5, 1, 2, 3, 4, 0}};
  EXPECT_EQ(micro_batches(tokens, {}), one);
  const std::vector<std::vector<size_t>> by_rows = {{5, 1}, {2, 3}, {4, 0}};
  EXPECT_EQ(micro_batches(tokens, {.rows = 2}), by_rows);
  const std::vector<std::vector<size_t>> by_tokens = {{5}, {1}, {2, 3, 4}, {0}};
  EXPECT_EQ(micro_batches(tokens, {.tokens = 95}), by_tokens);  // 100 is above it and comes alone; 3 x 30 fits
  const std::vector<std::vector<size_t>> by_both = {{5}, {1}, {2, 3}, {4, 0}};
  EXPECT_EQ(micro_batches(tokens, {.rows = 2, .tokens = 95}), by_both);
  EXPECT_TRUE(micro_batches({}, {}).empty());
  test::expect_contains(test::error_of([&] { micro_batches(tokens, {.tokens = -1}); }), "-1 tokens");
}

}  // namespace
}  // namespace counterpoint::train
