#include "counterpoint/protoclip/evaluate/scores.h"

#include <gtest/gtest.h>

#include <cmath>

#include "counterpoint/core/files.h"
#include "counterpoint/protoclip/evaluate/bootstrap.h"
#include "counterpoint/protoclip/evaluate/knn.h"
#include "counterpoint/protoclip/evaluate/zero_shot.h"
#include "tests/protoclip/evaluate/digits.h"
#include "tests/support/support.h"

namespace counterpoint::protoclip {
namespace {

using torch::Tensor;

Tensor matrix(const data::Json& rows) {
  std::vector<Tensor> out;
  for (const data::Json& row : rows) out.push_back(torch::tensor(row.get<std::vector<double>>(), torch::kFloat64));
  return torch::stack(out);
}

TEST(Scores, AveragePrecisionAsScikitLearnWithTies) {
  const data::Json& expected = test::sklearn_values()["precision"];
  const Tensor scores = matrix(expected["scores"]), truth = matrix(expected["truth"]);
  double sum = 0;
  for (std::int64_t c = 0; c < 4; ++c) {
    const double value = expected["each"][static_cast<size_t>(c)].get<double>();
    EXPECT_NEAR(average_precision(scores.select(1, c), truth.select(1, c)), value, 1e-12);
    sum += value;
  }
  EXPECT_NEAR(mean_average_precision(scores, truth), sum / 4, 1e-12);
  // A class that nothing has does not count.
  const Tensor none = torch::zeros({60, 1}, torch::kFloat64);
  EXPECT_NEAR(mean_average_precision(torch::cat({scores, none}, 1), torch::cat({truth, none}, 1)), sum / 4, 1e-12);
  EXPECT_TRUE(std::isnan(mean_average_precision(none, none)));
}

TEST(Scores, PlacesAreThoseOfAStableSort) {
  const Tensor scores = torch::randint(4, {50, 7}, torch::kFloat32), own = torch::randint(7, {50}, torch::kInt64);
  const Tensor sorted = scores.argsort(/*stable=*/true, 1, /*descending=*/true);
  EXPECT_TRUE(torch::equal(places_of(scores, own), sorted.eq(own.unsqueeze(1)).to(torch::kInt64).argmax(1)));
}

TEST(Scores, TopHitsCountTiesByPlace) {
  const Tensor scores = torch::tensor({{1.0, 3.0, 2.0}, {2.0, 2.0, 2.0}, {2.0, 2.0, 2.0}, {9.0, 0.0, 0.0}});
  const Tensor classes = torch::tensor({2, 0, 1, -1}, torch::kInt64);
  EXPECT_TRUE(torch::equal(top_hits(scores, classes, 1), torch::tensor({false, true, false, false})));
  EXPECT_TRUE(torch::equal(top_hits(scores, classes, 2), torch::tensor({true, true, true, false})));
}

TEST(ZeroShot, ClassIsTheNormalisedMeanOfItsNormalisedTemplates) {
  // Two classes of two templates; lengths must not matter.
  const Tensor texts = torch::tensor({{3.0F, 0.0F}, {0.0F, 0.1F}, {-2.0F, 0.0F}, {-7.0F, 0.0F}});
  const Tensor classes = class_embeddings(texts, 2);
  const auto half = static_cast<float>(std::sqrt(0.5));
  EXPECT_TRUE(torch::allclose(classes, torch::tensor({{half, half}, {-1.0F, 0.0F}})));
  const Tensor images = torch::tensor({{5.0F, 5.0F}, {-0.1F, 0.0F}});
  EXPECT_TRUE(torch::allclose(zero_shot_scores(images, classes), torch::tensor({{1.0F, -half}, {-half, 1.0F}})));
}

TEST(ZeroShot, TemplatesFileAndNamesWithBraces) {
  const test::ScratchDir dir;
  write_file_atomic(dir / "templates.txt", "a photo of a {}.\n\n  {c}, drawn \r\n");
  const auto templates = read_templates(dir / "templates.txt");
  EXPECT_EQ(templates, (std::vector<std::string>{"a photo of a {}.", "{c}, drawn"}));
  EXPECT_EQ(filled_templates({"cat", "{}"}, templates),
            (std::vector<std::string>{"a photo of a cat.", "cat, drawn", "a photo of a {}.", "{}, drawn"}));
  write_file_atomic(dir / "bad.txt", "{}\na photo\n");
  const std::string error = test::error_of([&] { read_templates(dir / "bad.txt"); });
  test::expect_contains(error, "bad.txt:2");
  test::expect_contains(error, "{}");
}

TEST(Knn, VotesAsWrittenOut) {
  torch::manual_seed(3);
  const Tensor train = torch::randn({40, 6}), test = torch::randn({700, 6});
  const Targets truth = test::one_each(torch::randint(3, {40}, torch::kInt64), 3);
  const Tensor each = torch::one_hot(truth.main, 3).to(torch::kFloat32);
  const Tensor votes = knn_scores(train, truth, test, 5);
  for (const std::int64_t row : {0, 1, 699}) {
    const Tensor cosines = torch::cosine_similarity(train, test[row].unsqueeze(0), 1);
    const Tensor order = cosines.argsort(0, /*descending=*/true).slice(0, 0, 5);
    Tensor expected = torch::zeros({3});
    for (std::int64_t i = 0; i < 5; ++i) expected += each[order[i]] * std::exp(cosines[order[i]].item<double>() / 0.07);
    EXPECT_TRUE(torch::allclose(votes[row], expected, 1e-4));
  }
  // More neighbours than rows are all rows.
  EXPECT_TRUE(torch::equal(knn_scores(train, truth, test, 99), knn_scores(train, truth, test, 40)));
  // Several labels each vote as one each does; a row without a class for none.
  const Targets several{.names = truth.names, .truth = each, .main = truth.main, .one_each = false};
  EXPECT_TRUE(torch::allclose(knn_scores(train, several, test, 5), votes));
  const Targets none = test::one_each(torch::full({40}, -1, torch::kInt64), 3);
  EXPECT_EQ(knn_scores(train, none, test, 5).abs().max().item<double>(), 0);
}

TEST(Knn, RecognisesDigits) {
  const test::Digits digits = test::digits();
  const Tensor hits = top_hits(knn_scores(digits.train, digits.truth, digits.test, 5), digits.unseen.main, 1);
  EXPECT_GT(hits.to(torch::kFloat64).mean().item<double>(), 0.93);
}

TEST(Bootstrap, IntervalOfAShareIsAboutTheBinomial) {
  std::vector<double> hits(400, 0.0);
  std::fill_n(hits.begin(), 100, 1.0);
  const auto [low, high] = share_interval(hits);
  const double deviation = std::sqrt(0.25 * 0.75 / 400);
  EXPECT_NEAR(low, 0.25 - 1.96 * deviation, 0.006);
  EXPECT_NEAR(high, 0.25 + 1.96 * deviation, 0.006);
  EXPECT_EQ(share_interval(hits).low, low);
  EXPECT_EQ(share_interval(hits).high, high);
  // Nothing wrong in 20 leaves open what Wilson's interval does.
  const Interval sure = share_interval(std::vector<double>(20, 1.0));
  EXPECT_NEAR(sure.low, 0.8389, 1e-4);
  EXPECT_EQ(sure.high, 1);
  EXPECT_NEAR(share_interval(std::vector<double>(20, 0.0)).high, 0.1611, 1e-4);
}

}  // namespace
}  // namespace counterpoint::protoclip
