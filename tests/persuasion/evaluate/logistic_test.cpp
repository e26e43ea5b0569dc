// Logistic regression against numpy (tests/golden/evaluate/make_logistic.py) and against what can be told by hand.
#include "counterpoint/persuasion/evaluate/logistic.h"

#include <cmath>

#include "counterpoint/data/jsonl.h"
#include "tests/support/support.h"

namespace counterpoint::persuasion {
namespace {

std::vector<std::string> names_for(size_t count) {
  std::vector<std::string> names;
  for (size_t j = 0; j < count; ++j) names.push_back("x" + std::to_string(j));
  return names;
}

TEST(Logistic, EqualsNumpysNewton) {
  for (const data::Json& one : data::read_json(test::golden("evaluate/logistic.json"))) {
    const auto rows = one["rows"].get<std::vector<std::vector<double>>>();
    std::vector<bool> outcomes;
    for (const int outcome : one["outcomes"].get<std::vector<int>>()) outcomes.push_back(outcome == 1);
    const LogisticFit fit = fit_logistic(names_for(rows[0].size()), rows, outcomes);
    ASSERT_EQ(fit.problem, "") << one["name"];
    ASSERT_EQ(fit.coefficients.size(), rows[0].size() + 1);
    EXPECT_NEAR(fit.log_likelihood, one["fit"]["log_likelihood"].get<double>(), 1e-8);
    for (size_t j = 0; j < fit.coefficients.size(); ++j) {
      const Coefficient& here = fit.coefficients[j];
      const auto wanted = [&](const char* key) { return one["fit"][key][j].get<double>(); };
      EXPECT_NEAR(here.value, wanted("value"), 1e-6 * (1 + std::abs(wanted("value")))) << one["name"] << j;
      EXPECT_NEAR(here.standard_error, wanted("standard_error"), 1e-6 * (1 + wanted("standard_error"))) << j;
      EXPECT_NEAR(here.z, wanted("z"), 1e-6) << j;
      EXPECT_NEAR(here.p, wanted("p"), 1e-6) << j;
    }
  }
}

/// `hits` of `n` with one feature's value, appended.
void add(int hits, int n, double feature, std::vector<std::vector<double>>& rows, std::vector<bool>& outcomes) {
  for (int i = 0; i < n; ++i) {
    rows.push_back({feature});
    outcomes.push_back(i < hits);
  }
}

TEST(Logistic, OfATwoByTwoTableIsTheLogOddsRatio) {
  std::vector<std::vector<double>> rows;
  std::vector<bool> outcomes;
  add(10, 40, 0, rows, outcomes);
  add(24, 36, 1, rows, outcomes);
  const LogisticFit fit = fit_logistic({"treated"}, rows, outcomes);
  EXPECT_NEAR(fit.coefficients[0].value, std::log(10.0 / 30), 1e-9);
  EXPECT_NEAR(fit.coefficients[1].value, std::log(24.0 / 12 / (10.0 / 30)), 1e-9);
  EXPECT_NEAR(fit.coefficients[1].standard_error, std::sqrt(1.0 / 10 + 1.0 / 30 + 1.0 / 24 + 1.0 / 12), 1e-7);
}

TEST(Logistic, SeparationIsToldCompleteAndPartial) {
  std::vector<std::vector<double>> rows;
  std::vector<bool> outcomes;
  add(0, 20, 0, rows, outcomes);
  add(20, 20, 1, rows, outcomes);
  LogisticFit fit = fit_logistic({"x"}, rows, outcomes);
  test::expect_contains(fit.problem, "without error (separation)");
  EXPECT_TRUE(fit.coefficients.empty());
  add(10, 20, 1, rows, outcomes);  // now only where x is 0 nothing is in doubt
  fit = fit_logistic({"x"}, rows, outcomes);
  test::expect_contains(fit.problem, "without error (separation)");
}

TEST(Logistic, FeaturesThatCannotBeTakenAreNamed) {
  std::vector<std::vector<double>> rows;
  std::vector<bool> outcomes;
  for (int i = 0; i < 40; ++i) {
    rows.push_back({i % 7 * 1.0, 3.0, i % 7 * 2.0 + 1});
    outcomes.push_back(i % 3 == 0);
  }
  const LogisticFit fit = fit_logistic({"a", "same", "b"}, rows, outcomes);
  EXPECT_EQ(fit.constant, std::vector<std::string>{"same"});
  test::expect_contains(fit.problem, "'b' follows from the other features");
}

TEST(Logistic, TooLittleIsTold) {
  test::expect_contains(fit_logistic({"x"}, {{1}, {2}, {3}}, {true, true, true}).problem,
                        "3 of 3 items have the outcome");
  test::expect_contains(fit_logistic({"x", "y"}, {{1, 0}, {2, 5}, {3, 1}}, {true, false, true}).problem,
                        "3 items are too few for 3 coefficients");
}

}  // namespace
}  // namespace counterpoint::persuasion
