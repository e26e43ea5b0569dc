// Intervals, McNemar's test and spreads against known values.
#include "counterpoint/persuasion/evaluate/resampling.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numeric>

#include "counterpoint/persuasion/evaluate/mcnemar.h"

namespace counterpoint::persuasion {
namespace {

std::vector<std::vector<size_t>> one_item_each(size_t n) {
  std::vector<std::vector<size_t>> groups;
  for (size_t i = 0; i < n; ++i) groups.push_back({i});
  return groups;
}

/// The share of items with an even number.
std::optional<double> even_share(std::span<const size_t> items) {
  double even = 0;
  for (const size_t item : items) even += item % 2 == 0;
  return even / static_cast<double>(items.size());
}

TEST(Bootstrap, OfAShareIsNearTheNormalInterval) {
  const auto interval = bootstrap_interval(one_item_each(400), even_share, {.draws = 8000});
  ASSERT_TRUE(interval.has_value());
  const double half = 1.96 * std::sqrt(0.25 / 400);
  EXPECT_NEAR(interval->low, 0.5 - half, 0.004);
  EXPECT_NEAR(interval->high, 0.5 + half, 0.004);
}

TEST(Bootstrap, QuestionsAreDrawnNotItems) {
  // Ten questions of forty equal items each: as uncertain as ten items, not as four hundred.
  std::vector<std::vector<size_t>> groups(10);
  for (size_t i = 0; i < 400; ++i) groups[i / 40].push_back(i / 40);
  const auto interval = bootstrap_interval(groups, even_share);
  ASSERT_TRUE(interval.has_value());
  EXPECT_LE(interval->low, 0.2);
  EXPECT_GE(interval->high, 0.8);
}

TEST(Bootstrap, SameSeedSameInterval) {
  const auto a = bootstrap_interval(one_item_each(30), even_share),
             b = bootstrap_interval(one_item_each(30), even_share);
  EXPECT_EQ(a->low, b->low);
  EXPECT_EQ(a->high, b->high);
  const auto narrower = bootstrap_interval(one_item_each(30), even_share, {.confidence = 0.5});
  EXPECT_GT(narrower->low, a->low);
  EXPECT_LT(narrower->high, a->high);
}

TEST(Bootstrap, WithoutAValueThereIsNone) {
  const OfItems never = [](std::span<const size_t>) { return std::optional<double>(); };
  EXPECT_FALSE(bootstrap_interval(one_item_each(5), never).has_value());
  EXPECT_FALSE(bootstrap_interval({}, even_share).has_value());
}

TEST(Quantile, IsLinearBetweenNeighbours) {
  const std::array<double, 4> sorted{1, 2, 4, 8};
  EXPECT_DOUBLE_EQ(quantile(sorted, 0), 1);
  EXPECT_DOUBLE_EQ(quantile(sorted, 0.5), 3);
  EXPECT_DOUBLE_EQ(quantile(sorted, 0.75), 5);
  EXPECT_DOUBLE_EQ(quantile(sorted, 1), 8);
}

TEST(McNemar, BinomialTailsByHand) {
  const McNemar test = mcnemar(1, 8);  // 2 (1 + 9) / 2^9
  EXPECT_NEAR(test.exact, 20.0 / 512, 1e-12);
  EXPECT_NEAR(test.mid_p, 11.0 / 512, 1e-12);
  EXPECT_NEAR(mcnemar(8, 1).exact, test.exact, 1e-15);
  EXPECT_NEAR(mcnemar(0, 5).exact, 2.0 / 32, 1e-12);
  EXPECT_NEAR(mcnemar(0, 5).mid_p, 1.0 / 32, 1e-12);
}

TEST(McNemar, EqualCountsAndNone) {
  EXPECT_DOUBLE_EQ(mcnemar(0, 0).exact, 1);
  EXPECT_DOUBLE_EQ(mcnemar(0, 0).mid_p, 1);
  EXPECT_DOUBLE_EQ(mcnemar(4, 4).exact, 1);
  EXPECT_NEAR(mcnemar(4, 4).mid_p, 1, 1e-12);
}

TEST(McNemar, LargeCountsDoNotOverflow) {
  // Normal approximation with continuity correction: z = (|b - c| - 1) / sqrt(b + c).
  const double z = 199 / std::sqrt(3000.0);
  EXPECT_NEAR(mcnemar(1600, 1400).exact, std::erfc(z / std::sqrt(2.0)), 2e-6);
}

TEST(Spread, MeanAndSampleDeviation) {
  const std::array<double, 3> seeds{0.5, 0.6, 0.8};
  const Spread spread = spread_of(seeds);
  EXPECT_NEAR(spread.mean, 1.9 / 3, 1e-12);
  EXPECT_NEAR(*spread.deviation, std::sqrt(7.0 / 300), 1e-12);
  EXPECT_EQ(spread.n, 3);
  EXPECT_FALSE(spread_of(std::span(seeds).first(1)).deviation.has_value());
}

}  // namespace
}  // namespace counterpoint::persuasion
