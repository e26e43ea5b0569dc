// From outcomes to figures and differences between arms.
#include "counterpoint/persuasion/evaluate/figures.h"

#include "tests/support/support.h"

namespace counterpoint::persuasion {
namespace {

/// One item a question, with one truth each.
Outcomes truths(const std::string& column, const std::vector<int>& values) {
  Outcomes outcomes;
  for (size_t i = 0; i < values.size(); ++i) {
    outcomes.add_item("item" + std::to_string(i), "question" + std::to_string(i));
    outcomes.set(column, values[i]);
  }
  return outcomes;
}

TEST(Figures, AMeanCountsOnlyTheItemsThatHaveIt) {
  Outcomes outcomes = truths("right", {1, 0, 1, 1});
  outcomes.add_item("other", "other");
  outcomes.set("else", 1);
  const auto figures = figures_of(outcomes, {mean_of("right"), mean_of("missing")});
  ASSERT_EQ(figures.size(), 1u);
  EXPECT_DOUBLE_EQ(figures[0].value, 0.75);
  EXPECT_EQ(figures[0].n, 4);
  EXPECT_LT(figures[0].low, 0.75);
  EXPECT_GE(figures[0].high, 0.75);
}

TEST(Figures, AShareOfOneHasWilsonsInterval) {
  const auto figures = figures_of(truths("right", {1, 1, 1, 1, 1, 1, 1, 1}), {mean_of("right")});
  EXPECT_DOUBLE_EQ(figures[0].high, 1);
  EXPECT_NEAR(figures[0].low, 8 / (8 + 1.959964 * 1.959964), 1e-6);
}

TEST(Figures, WhereNothingDiffersTheIntervalIsStillOpen) {
  Statistic turn = mean_of("turn");
  const Outcomes outcomes = truths("turn", {2, 2, 2, 2, 2, 2, 2, 2});
  turn.bounds = Bounds{1, 4};
  const Figure bounded = figures_of(outcomes, {turn}).at(0);
  EXPECT_DOUBLE_EQ(bounded.low, 2 - 1 * unseen_share(8));
  EXPECT_DOUBLE_EQ(bounded.high, 2 + 2 * unseen_share(8));
  turn.bounds.reset();
  EXPECT_DOUBLE_EQ(figures_of(outcomes, {turn}).at(0).high, 2);
}

TEST(Figures, HalvesCountTheSame) {
  Outcomes outcomes = truths("negative", {1, 1, 1, 1});
  outcomes.add_item("p", "p");
  outcomes.set("positive", 0);
  const auto figures = figures_of(outcomes, {mean_of_means("overall", {"negative", "positive"}),
                                             difference_of("difference", "positive", "negative")});
  EXPECT_DOUBLE_EQ(figures[0].value, 0.5);
  EXPECT_EQ(figures[0].n, 5);
  EXPECT_DOUBLE_EQ(figures[1].value, -1);
}

TEST(Compare, PairsItemsByIdAndTests) {
  // Nine questions on which the arms differ, eight for this one; one that both have right; one each on its own.
  Outcomes here = truths("right", {1, 1, 1, 1, 1, 1, 1, 1, 0, 1}), there;
  for (int i = 9; i >= 0; --i) {
    there.add_item("item" + std::to_string(i), "question" + std::to_string(i));
    there.set("right", i >= 8);
  }
  here.add_item("only here", "x");
  there.add_item("only there", "y");
  const Comparison comparison = compare(here, there, {mean_of("right")});
  EXPECT_EQ(comparison.items, 10);
  EXPECT_EQ(comparison.only_here, 1);
  EXPECT_EQ(comparison.only_there, 1);
  const Difference& difference = comparison.differences.at(0);
  EXPECT_DOUBLE_EQ(difference.here, 0.9);
  EXPECT_DOUBLE_EQ(difference.there, 0.2);
  EXPECT_NEAR(difference.difference, 0.7, 1e-12);
  EXPECT_GT(difference.low, 0);
  EXPECT_EQ(difference.test->only_first, 8);
  EXPECT_EQ(difference.test->only_second, 1);
  EXPECT_NEAR(difference.test->exact, 20.0 / 512, 1e-12);
  EXPECT_EQ(difference.n, 10);
}

TEST(Compare, ItemsOfOneQuestionAreOnePieceOfEvidence) {
  // Ten questions with three items each, all of them right here and wrong there.
  Outcomes here, there;
  for (int i = 0; i < 30; ++i) {
    for (Outcomes* arm : {&here, &there}) arm->add_item(std::to_string(i), std::to_string(i / 3));
    here.set("right", 1);
    there.set("right", 0);
  }
  const Difference difference = compare(here, there, {mean_of("right")}).differences.at(0);
  EXPECT_EQ(difference.test->only_first, 10);
  EXPECT_NEAR(difference.test->exact, 2.0 / 1024, 1e-12);
  EXPECT_EQ(difference.n, 30);
  // An unseen question may be wrong here and right there: the difference of one, from 1 to -1, is twice the share's.
  EXPECT_NEAR(difference.low, 1 - 2 * wilson_interval(0, 10).high, 1e-12);
  const Figure figure = figures_of(there, {mean_of("right")}).at(0);
  EXPECT_DOUBLE_EQ(figure.high, wilson_interval(0, 10).high);
  EXPECT_EQ(figure.n, 30);
}

TEST(Compare, EqualArmsDifferByNothing) {
  const Outcomes arm = truths("right", {1, 0, 1, 0});
  const Difference same = compare(arm, arm, {mean_of("right")}).differences.at(0);
  EXPECT_DOUBLE_EQ(same.high, wilson_interval(0, 4).high);  // four items without a difference exclude little
  EXPECT_DOUBLE_EQ(same.low, -same.high);
  EXPECT_EQ(same.test->exact, 1);
  test::expect_contains(test::error_of([&] { compare(arm, Outcomes{}, {}); }), "share no item: 4 here and 0 there");
}

TEST(OutcomesJson, ComesBackAsItWent) {
  const Outcomes outcomes = truths("right", {1, 0});
  data::Json rows = data::Json::array();
  for (size_t item = 0; item < 2; ++item)
    rows.push_back({{"id", outcomes.id(item)}, {"question_id", "q"}, {"outcomes", outcomes.item_json(item)}});
  rows.push_back({{"id", "failed"}, {"question_id", "q"}, {"error", "no reply"}});
  const Outcomes back = outcomes_from_json({{"items", rows}}, "base.json");
  ASSERT_EQ(back.size(), 2u);
  EXPECT_EQ(back.column("right"), outcomes.column("right"));
  EXPECT_EQ(back.by_question().size(), 1u);
  rows[0]["outcomes"]["right"] = "yes";
  test::expect_contains(test::error_of([&] {
                          outcomes_from_json({{"items", rows}}, "base.json");
                        }),
                        "base.json: items[0]: 'outcomes' 'right' is no number");
}

}  // namespace
}  // namespace counterpoint::persuasion
