#include "counterpoint/protoclip/evaluate/probe.h"

#include <gtest/gtest.h>

#include "counterpoint/protoclip/evaluate/scores.h"
#include "tests/protoclip/evaluate/digits.h"
#include "tests/support/support.h"

namespace counterpoint::protoclip {
namespace {

using torch::Tensor;

double accuracy(const Tensor& scores, const Tensor& classes) {
  return top_hits(scores, classes, 1).to(torch::kFloat64).mean().item<double>();
}

LogisticOptions strength(const data::Json& row) {
  LogisticOptions options;
  options.c = row["c"].get<double>();
  options.iterations = 1000;
  options.tolerance = 1e-6;
  return options;
}

TEST(Logistic, OneClassEachAsScikitLearn) {
  const test::Digits digits = test::digits();
  const Tensor x = test::standardised(digits.train, digits.train), y = test::standardised(digits.test, digits.train);
  for (const data::Json& row : test::sklearn_values()["fixed"]) {
    const Logistic fit = fit_logistic(x, digits.truth, strength(row));
    const double expected = row["multinomial"]["objective"].get<double>();
    EXPECT_NEAR(fit.objective, expected, 1e-5 * expected);
    EXPECT_NEAR(accuracy(fit.scores(y), digits.unseen.main), row["multinomial"]["accuracy"].get<double>(), 0.0026);
    if (row["c"] == 1.0) {
      EXPECT_LT((fit.weight - digits.coefficients).abs().max().item<double>(), 2e-3);
    }
  }
}

TEST(Logistic, TwoClassesAsScikitLearn) {
  const test::Digits digits = test::digits();
  const Tensor x = test::standardised(digits.train, digits.train), y = test::standardised(digits.test, digits.train);
  const Targets truth = test::one_each((digits.truth.main > 4).to(torch::kInt64), 2);
  for (const data::Json& row : test::sklearn_values()["fixed"]) {
    const Logistic fit = fit_logistic(x, truth, strength(row));
    const double expected = row["two"]["objective"].get<double>();
    EXPECT_NEAR(fit.objective, expected, 1e-4 * expected);
    EXPECT_NEAR(accuracy(fit.scores(y), (digits.unseen.main > 4).to(torch::kInt64)),
                row["two"]["accuracy"].get<double>(), 0.0026);
  }
}

TEST(Logistic, SeveralLabelsEachAsScikitLearnOneVersusRest) {
  const test::Digits digits = test::digits();
  const Tensor x = test::standardised(digits.train, digits.train), y = test::standardised(digits.test, digits.train);
  for (const data::Json& row : test::sklearn_values()["fixed"]) {
    const Targets many{.names = {}, .truth = digits.many, .main = {}, .one_each = false};
    const Logistic fit = fit_logistic(x, many, strength(row));
    const double expected = row["rest"]["objective"].get<double>();
    EXPECT_NEAR(fit.objective, expected, 1e-4 * expected);
    EXPECT_NEAR(mean_average_precision(fit.scores(y), digits.unseen_many), row["rest"]["map"].get<double>(), 2e-3);
  }
}

TEST(Logistic, WarmStartEndsAtTheSamePlace) {
  const test::Digits digits = test::digits();
  const Tensor x = test::standardised(digits.train, digits.train);
  LogisticOptions options;
  options.tolerance = 1e-6;
  options.c = 0.1;
  const Logistic cold = fit_logistic(x, digits.truth, options);
  options.c = 1e-3;
  const Logistic start = fit_logistic(x, digits.truth, options);
  options.c = 0.1;
  const Logistic warm = fit_logistic(x, digits.truth, options, &start);
  EXPECT_NEAR(warm.objective, cold.objective, 1e-6 * cold.objective);
}

TEST(Probe, ChoosesCAndScoresAsScikitLearn) {
  const test::Digits digits = test::digits();
  const double expected = test::sklearn_values()["chosen"].get<double>();
  const Probe probe = linear_probe(digits.train, digits.truth, digits.test);
  EXPECT_NEAR(accuracy(probe.scores, digits.unseen.main), expected, 0.005 + 1e-9);
  // It ended after two values that were worse, or had tried all.
  const auto& scores = probe.held_out_scores;
  const auto best = std::max_element(scores.begin(), scores.end()) - scores.begin();
  EXPECT_EQ(probe.c, default_strengths()[static_cast<size_t>(best)]);
  EXPECT_TRUE(scores.size() == default_strengths().size() || std::ssize(scores) == best + 3);
  // Chosen where the held-out part is recognised best.
  EXPECT_GT(probe.c, 1e-5);
  EXPECT_LT(probe.c, 100);
}

TEST(Probe, SameBitsAgainAndIndifferentToScale) {
  const test::Digits digits = test::digits();
  const Probe one = linear_probe(digits.train, digits.truth, digits.test);
  EXPECT_TRUE(torch::equal(one.scores, linear_probe(digits.train, digits.truth, digits.test).scores));
  const Probe scaled = linear_probe(digits.train * 1000, digits.truth, digits.test * 1000);
  EXPECT_EQ(scaled.c, one.c);
  EXPECT_NEAR(accuracy(scaled.scores, digits.unseen.main), accuracy(one.scores, digits.unseen.main), 1e-9);
}

TEST(Probe, LeavesRowsWithoutClassOut) {
  test::Digits digits = test::digits();
  const Tensor kept = torch::arange(300, torch::TensorOptions(torch::kInt64));
  const Probe expected = linear_probe(digits.train.slice(0, 0, 300), digits.truth.rows(kept), digits.test);
  Targets holes = digits.truth;
  holes.main = holes.main.clone();
  holes.main.slice(0, 300).fill_(-1);
  EXPECT_TRUE(torch::equal(linear_probe(digits.train, holes, digits.test).scores, expected.scores));
}

TEST(Probe, RefusesWhatItCannotLearnFrom) {
  const test::Digits digits = test::digits();
  const Tensor few = torch::arange(3, torch::TensorOptions(torch::kInt64));
  test::expect_contains(
      test::error_of([&] { linear_probe(digits.train.slice(0, 0, 3), digits.truth.rows(few), digits.test); }),
      "5 labelled pictures");
  test::expect_contains(test::error_of([&] { linear_probe(digits.train / 0, digits.truth, digits.test); }),
                        "not finite");
}

}  // namespace
}  // namespace counterpoint::protoclip
