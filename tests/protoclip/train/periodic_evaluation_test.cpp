#include "counterpoint/protoclip/train/periodic_evaluation.h"

#include <set>

#include "counterpoint/protoclip/evaluate/model_folder.h"
#include "tests/protoclip/evaluate/small_model.h"

namespace counterpoint::protoclip {
namespace {

class Periodic : public testing::Test {
 protected:
  Periodic() : test_(std::make_shared<const image_text::PairSet>(image_text::synthetic_pairs(12))) {
    test::write_small_model(dir_ / "model");
    opened_ = open_model(dir_ / "model");
  }
  PeriodicEvaluation evaluation(const std::vector<std::string>& usual, const EvaluationFrequencies& frequencies) const {
    return {opened_->tokenizer, test_, nullptr, {.evaluations = usual}, frequencies};
  }
  std::set<std::string> names(PeriodicEvaluation& evaluation, std::int64_t episode) {
    std::set<std::string> names;
    for (const train::Metric& metric : evaluation.metrics(opened_->model, episode)) names.insert(metric.name);
    return names;
  }

  test::ScratchDir dir_;
  std::shared_ptr<const image_text::PairSet> test_;
  std::optional<OpenedModel> opened_;
};

TEST_F(Periodic, EachEvaluationHasTheUsualFrequencyOrItsOwn) {
  PeriodicEvaluation evaluation = this->evaluation(
      {"zeroshot", "retrieval", "gap"}, {.all = 2, .each = {{"zeroshot", -1}, {"retrieval", 3}, {"gap", 0}}});
  const auto has = [&](std::int64_t episode, const char* metric) {
    return names(evaluation, episode).contains(metric);
  };
  for (const std::int64_t episode : {-1, 0, 1, 2, 3, 4, 5}) {
    EXPECT_EQ(has(episode, "zeroshot"), (episode + 1) % 2 == 0) << episode;
    EXPECT_EQ(has(episode, "mean_recall"), (episode + 1) % 3 == 0) << episode;
    EXPECT_FALSE(has(episode, "gap")) << episode;
  }
}

TEST_F(Periodic, NothingIsMeasuredUnlessAsked) {
  PeriodicEvaluation none = evaluation({"zeroshot"}, {});
  EXPECT_TRUE(names(none, -1).empty());
  PeriodicEvaluation one = evaluation({"zeroshot"}, {.all = 0, .each = {{"gap", 1}}});
  EXPECT_TRUE(names(one, 0).contains("gap"));
  EXPECT_FALSE(names(one, 0).contains("zeroshot"));
}

TEST_F(Periodic, WhatTheSetsCannotServeIsToldAtOnce) {
  test::expect_contains(test::error_of([&] {
                          evaluation({"zeroshot"}, {.all = 0, .each = {{"probe", 4}}});
                        }),
                        "probe: it needs a training set");
}

}  // namespace
}  // namespace counterpoint::protoclip
