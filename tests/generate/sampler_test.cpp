#include "counterpoint/generate/sampler.h"

#include <cmath>

#include "tests/support/support.h"

namespace counterpoint::generate {
namespace {

const std::vector<float> kLogits = {std::log(0.1f), std::log(0.5f), std::log(0.15f), std::log(0.25f)};

/// How often each token is drawn in 20,000 draws.
std::vector<double> frequencies(const Sampling& sampling, std::vector<text::TokenId> forbidden = {}) {
  RandomStream random(9);
  std::vector<float> scratch;
  std::vector<double> counts(kLogits.size());
  for (int i = 0; i < 20000; ++i)
    counts[static_cast<size_t>(generate::sample(kLogits, sampling, forbidden, random, scratch))] += 1.0 / 20000;
  return counts;
}

// Three standard deviations of 20,000 draws are at most 0.011.
TEST(Sampler, DrawsTokensByTheirProbability) {
  const std::vector<double> seen = frequencies({.temperature = 1});
  EXPECT_NEAR(seen[0], 0.1, 0.011);
  EXPECT_NEAR(seen[1], 0.5, 0.011);
  EXPECT_NEAR(seen[3], 0.25, 0.011);
}

TEST(Sampler, TemperatureSharpens) {
  const std::vector<double> seen = frequencies({.temperature = 0.5});  // squares, normalised by 0.345
  EXPECT_NEAR(seen[1], 0.25 / 0.345, 0.011);
}

TEST(Sampler, TopKAndTopPCutTheTail) {
  EXPECT_NEAR(frequencies({.temperature = 1, .top_k = 2})[1], 0.5 / 0.75, 0.011);
  const std::vector<double> seen = frequencies({.temperature = 1, .top_p = 0.7});
  EXPECT_EQ(seen[2], 0);
  EXPECT_NEAR(seen[3], 0.25 / 0.75, 0.011);
}

TEST(Sampler, GreedyTakesTheMostLikelyThatIsAllowed) {
  RandomStream random(1);
  std::vector<float> scratch;
  EXPECT_EQ(generate::sample(kLogits, {.temperature = 0}, {}, random, scratch), 1);
  const std::vector<text::TokenId> forbidden = {1};
  EXPECT_EQ(generate::sample(kLogits, {.temperature = 0}, forbidden, random, scratch), 3);
  EXPECT_EQ(frequencies({.temperature = 1}, {1})[1], 0);
}

TEST(Sampler, LogProbability) {
  std::vector<float> scratch;
  EXPECT_NEAR(log_probability(kLogits, 3, scratch), std::log(0.25), 1e-6);
}

TEST(Sampler, ValuesOutOfRangeAreNamed) {
  EXPECT_NE(test::error_of([] { check(Sampling{.top_p = 1.5}); }).find("top-p"), std::string::npos);
  EXPECT_NE(test::error_of([] { check(Sampling{.min_new_tokens = 9, .max_new_tokens = 3}); }).find("min-new-tokens"),
            std::string::npos);
}

TEST(Sampler, LogitsThatAreNoNumbersAreAnError) {
  RandomStream random(1);
  std::vector<float> scratch;
  const float nan = std::nanf("");
  for (const double temperature : {0.0, 1.0})
    for (const std::vector<float>& logits : {std::vector<float>{nan, nan, nan}, {1, INFINITY, 0}})
      test::expect_contains(test::error_of([&] {
                              const std::vector<text::TokenId> forbidden{0};
                              generate::sample(logits, {.temperature = temperature}, forbidden, random, scratch);
                            }),
                            "not finite");
  test::expect_contains(test::error_of([&] { log_probability(std::vector<float>{nan, 0}, 1, scratch); }), "not finite");
  const std::vector<float> masked{-INFINITY, 0, -INFINITY};
  EXPECT_EQ(generate::sample(masked, {.temperature = 1}, {}, random, scratch), 1);
}

}  // namespace
}  // namespace counterpoint::generate
