#include "counterpoint/protoclip/train/periodic_evaluation.h"

#include <atomic>
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
  /// Of `usual` evaluations of the test set.
  PeriodicEvaluation evaluation(const std::vector<std::string>& usual, const EvaluationFrequencies& frequencies) {
    evaluator_.emplace(opened_->tokenizer, test_, nullptr, EvaluationSettings{.evaluations = usual});
    return {*evaluator_, frequencies};
  }
  std::set<std::string> names(PeriodicEvaluation& evaluation, std::int64_t episode) {
    std::set<std::string> names;
    for (const train::Metric& metric : evaluation.metrics(opened_->model, episode)) names.insert(metric.name);
    return names;
  }

  test::ScratchDir dir_;
  std::shared_ptr<const image_text::PairSet> test_;
  std::optional<OpenedModel> opened_;
  std::optional<Evaluator> evaluator_;
};

TEST_F(Periodic, EachEvaluationHasTheUsualFrequencyOrItsOwn) {
  PeriodicEvaluation evaluation = this->evaluation(
      {"zeroshot", "retrieval", "gap"}, {.all = 2, .each = {{"zeroshot", std::nullopt}, {"retrieval", 3}, {"gap", 0}}});
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

/// Counts the pictures that are read.
class Counting : public image_text::PictureStore {
 public:
  explicit Counting(image_text::PairSet pairs) : pairs_(std::move(pairs)) {}
  image::Image picture(std::size_t sample, int at_least) const override {
    ++read;
    return pairs_.picture(sample, at_least);
  }
  mutable std::atomic<int> read = 0;

 private:
  image_text::PairSet pairs_;
};

TEST_F(Periodic, PicturesAreDecodedOnceWhateverIsDueTogether) {
  const auto store = std::make_shared<Counting>(*test_);
  test_ = std::make_shared<const image_text::PairSet>(test_->with_pictures(store));
  PeriodicEvaluation evaluation =
      this->evaluation({"zeroshot", "retrieval", "gap"}, {.all = 1, .each = {{"retrieval", 2}, {"gap", 3}}});
  for (const std::int64_t episode : {-1, 0, 1, 2}) names(evaluation, episode);
  const std::vector<Figure> last = evaluator_->run(opened_->model);  // of the finished model
  EXPECT_EQ(store->read, 12);
  EXPECT_TRUE(last.front().interval);
}

TEST_F(Periodic, WhatTheSetsCannotServeIsToldAtOnce) {
  test::expect_contains(test::error_of([&] {
                          evaluation({"zeroshot"}, {.all = 0, .each = {{"probe", 4}}});
                        }),
                        "probe: it needs a training set");
}

}  // namespace
}  // namespace counterpoint::protoclip
