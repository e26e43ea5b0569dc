#include "counterpoint/protoclip/evaluate/evaluator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/core/interrupt.h"
#include "counterpoint/protoclip/evaluate/cluster_scores.h"
#include "counterpoint/protoclip/evaluate/gap.h"
#include "counterpoint/protoclip/evaluate/model_folder.h"
#include "counterpoint/protoclip/evaluate/retrieval.h"
#include "counterpoint/protoclip/evaluate/scores.h"
#include "tests/protoclip/evaluate/small_model.h"
#include "tests/support/support.h"

namespace counterpoint::protoclip {
namespace {

using image_text::PairSet;
using test::error_of;
using test::expect_contains;
using torch::Tensor;

std::shared_ptr<const PairSet> synthetic(std::int64_t size) {
  return std::make_shared<PairSet>(image_text::synthetic_pairs(size));
}

/// Passes on to another store, but fails where told.
class Damaged : public image_text::PictureStore {
 public:
  Damaged(PairSet pairs, std::size_t bad) : pairs_(std::move(pairs)), bad_(bad) {}
  image::Image picture(std::size_t sample, int at_least) const override {
    if (sample == bad_) fail("picture {} is damaged", sample);
    return pairs_.picture(sample, at_least);
  }

 private:
  PairSet pairs_;
  std::size_t bad_;
};

class EvaluatorTest : public testing::Test {
 protected:
  test::ScratchDir dir_;
  OpenedModel opened_ = [this] {
    test::write_small_model(dir_.path());
    return open_model(dir_.path());
  }();
};

const Figure* figure_named(const std::vector<Figure>& figures, const std::string& name) {
  const auto found = std::find_if(figures.begin(), figures.end(), [&](const Figure& one) { return one.name == name; });
  return found == figures.end() ? nullptr : &*found;
}

double value(const std::vector<Figure>& figures, const std::string& name) {
  const Figure* figure = figure_named(figures, name);
  EXPECT_NE(figure, nullptr) << name;
  return figure ? figure->value : -1;
}

TEST_F(EvaluatorTest, AllFiguresAreThereAndAreWhatTheFunctionsGive) {
  const auto test = synthetic(60), train = synthetic(90);
  Evaluator evaluator(opened_.tokenizer, test, train, {});
  const std::vector<Figure> figures = evaluator.run(opened_.model);
  std::vector<std::string> names;
  for (const Figure& figure : figures) names.push_back(figure.name);
  EXPECT_EQ(names, (std::vector<std::string>{"zeroshot",
                                             "zeroshot_top5",
                                             "probe",
                                             "knn_1",
                                             "knn_5",
                                             "knn",
                                             "image_to_text_r1",
                                             "image_to_text_r5",
                                             "image_to_text_r10",
                                             "text_to_image_r1",
                                             "text_to_image_r5",
                                             "text_to_image_r10",
                                             "mean_recall",
                                             "ami",
                                             "ari",
                                             "gap",
                                             "self_cosine_image",
                                             "self_cosine_text",
                                             "feature_std_image",
                                             "feature_std_text"}));
  const PairFeatures features = encode_pairs(opened_.model, opened_.tokenizer, *test);
  EXPECT_EQ(features.texts.size(0), 120);
  const Targets truth = label_targets(*test, test->labels());
  EXPECT_DOUBLE_EQ(value(figures, "ari"), cluster_agreement(features.images, truth.main).ari);
  const RetrievalRanks ranks = retrieval_ranks(features.images, features.texts, features.owner);
  double recalls = 0;
  for (const Tensor& places : {ranks.image_to_text, ranks.text_to_image})
    for (const std::int64_t k : recall_depths) recalls += (places < k).to(torch::kFloat64).mean().item<double>();
  EXPECT_DOUBLE_EQ(value(figures, "mean_recall"), recalls / 6);
  const Tensor first = features.texts.index_select(0, features.first_caption);
  EXPECT_DOUBLE_EQ(value(figures, "gap"), modality_gap(features.images, first).gap);
  const Tensor classes = class_embeddings(
      encode_captions(opened_.model, opened_.tokenizer, filled_templates(test->labels(), default_templates())), 6);
  EXPECT_NEAR(
      value(figures, "zeroshot"),
      top_hits(zero_shot_scores(features.images, classes), truth.main, 1).to(torch::kFloat64).mean().item<double>(),
      1e-12);
  // Stripes of three colours are told apart even by random weights.
  EXPECT_GT(value(figures, "probe"), 0.9);
  EXPECT_GT(value(figures, "knn"), 0.5);
}

TEST_F(EvaluatorTest, SameFiguresAgainFromMemoryAndTheModelStaysAsItWas) {
  EvaluationSettings settings{.evaluations = {"probe", "retrieval"}};
  Evaluator evaluator(opened_.tokenizer, synthetic(40), synthetic(40), settings);
  opened_.model->train();
  opened_.model->named_children()["visual"]->eval();
  const auto before = metrics_of(evaluator.run(opened_.model)), after = metrics_of(evaluator.run(opened_.model));
  ASSERT_EQ(before.size(), 8U);
  for (size_t i = 0; i < before.size(); ++i) EXPECT_EQ(before[i].value, after[i].value) << before[i].name;
  EXPECT_TRUE(opened_.model->is_training());
  EXPECT_FALSE(opened_.model->named_children()["visual"]->is_training());
  EXPECT_TRUE(opened_.model->named_children()["transformer"]->is_training());
  settings.cache_bytes = 0;
  Evaluator uncached(opened_.tokenizer, synthetic(40), synthetic(40), settings);
  EXPECT_EQ(metrics_of(uncached.run(opened_.model)).back().value, before.back().value);
}

/// Notes what it is told of, and stops there.
class Stopping : public ProgressSink {
 public:
  void update(std::int64_t /*done*/, std::int64_t /*total*/, const std::string& detail) override {
    ++told[detail];
    if (detail == stops_at) throw Interrupted{};
  }
  std::map<std::string, int> told;
  std::string stops_at = "nowhere";
};

TEST_F(EvaluatorTest, AStopIsHeardInEveryPartOfARun) {
  Stopping progress;
  EvaluationSettings settings{.evaluations = {"zeroshot", "probe", "retrieval"}};
  settings.encode.progress = &progress;
  settings.encode.batch = 10;
  Evaluator evaluator(opened_.tokenizer, synthetic(12), synthetic(30), settings);
  for (const char* part : {"decoding", "", "captions", "zeroshot", "probe", "retrieval"}) {
    progress.stops_at = part;
    progress.told.clear();
    EXPECT_THROW(evaluator.run(opened_.model), Interrupted) << part;
    EXPECT_EQ(progress.told[part], 1) << part;
  }
}

TEST_F(EvaluatorTest, PicturesWhoseDecodingWasStoppedAreDecodedLater) {
  Stopping progress;
  EvaluationSettings settings{.evaluations = {"gap"}};
  settings.encode.progress = &progress;
  Evaluator evaluator(opened_.tokenizer, synthetic(12), nullptr, settings);
  progress.stops_at = "decoding";
  EXPECT_THROW(evaluator.run(opened_.model), Interrupted);
  progress.stops_at = "nowhere";
  for (const int decoded : {12, 0}) {
    progress.told.clear();
    evaluator.run(opened_.model);
    EXPECT_EQ(progress.told["decoding"], decoded);
  }
}

TEST_F(EvaluatorTest, OneObjectMeasuresWhatIsAskedForAtEachCall) {
  Evaluator evaluator(opened_.tokenizer, synthetic(30), synthetic(30), {.evaluations = {"gap"}});
  const auto figures = evaluator.run(opened_.model, {"knn", "retrieval"}, /*intervals=*/false);
  EXPECT_EQ(figures.front().name, "knn_1");
  EXPECT_EQ(figures.back().name, "mean_recall");
  for (const Figure& figure : figures) EXPECT_FALSE(figure.interval) << figure.name;
  EXPECT_EQ(evaluator.run(opened_.model).front().name, "gap");
}

TEST_F(EvaluatorTest, KeywordsGiveMeanAveragePrecision) {
  EvaluationSettings settings{.evaluations = {"zeroshot", "probe", "knn", "cluster"}};
  settings.keywords = {{"red", {"red"}}, {"upright", {"upright"}}, {"green", {"green"}}, {"level", {"level"}}};
  Evaluator evaluator(opened_.tokenizer, synthetic(60), synthetic(90), settings);
  const auto figures = evaluator.run(opened_.model);
  expect_contains(figure_named(figures, "probe")->about, "mean average precision, 4 keywords");
  EXPECT_FALSE(figure_named(figures, "probe")->interval);
  EXPECT_GT(value(figures, "probe"), 0.95);
  EXPECT_EQ(figure_named(figures, "zeroshot_top5"), nullptr);
  expect_contains(figure_named(figures, "ami")->about, "main keywords");
}

TEST_F(EvaluatorTest, FirstCaptionOnlyHasOneCaptionAPicture) {
  EvaluationSettings settings{.evaluations = {"retrieval"}, .first_caption_only = true};
  Evaluator evaluator(opened_.tokenizer, synthetic(30), nullptr, settings);
  const auto figures = evaluator.run(opened_.model);
  expect_contains(figures.front().about, "first 1 of 30");
  ASSERT_TRUE(figures.back().interval);
  EXPECT_LT(figures.back().interval->low, figures.back().value);
  EXPECT_GT(figures.back().interval->high, figures.back().value);
}

TEST_F(EvaluatorTest, ABadPictureIsLeftOutWithItsCaptions) {
  const PairSet all = image_text::synthetic_pairs(30);
  const PairSet holes = all.with_pictures(std::make_shared<Damaged>(all, 7));
  EncodeSettings settings;
  settings.max_bad_fraction = 0.1;
  const PairFeatures with = encode_pairs(opened_.model, opened_.tokenizer, all),
                     without = encode_pairs(opened_.model, opened_.tokenizer, holes, settings);
  EXPECT_EQ(without.images.size(0), 29);
  EXPECT_EQ(without.texts.size(0), 58);
  EXPECT_EQ(without.samples[7], 8);
  EXPECT_TRUE(torch::allclose(without.images[7], with.images[8], 1e-4, 1e-5));
  EXPECT_EQ(without.owner[14].item<std::int64_t>(), 7);
  EXPECT_EQ(encode_pictures(opened_.model, holes, settings).bad.size(), 1U);
}

TEST_F(EvaluatorTest, CaptionsAreEncodedAloneAsInABatch) {
  const std::vector<std::string> captions{"a long picture of upright red stripes", "red", "red", "level green"};
  const Tensor all = encode_captions(opened_.model, opened_.tokenizer, captions);
  for (size_t i = 0; i < captions.size(); ++i)
    EXPECT_TRUE(torch::allclose(all[static_cast<std::int64_t>(i)],
                                encode_captions(opened_.model, opened_.tokenizer, {captions[i]})[0], 1e-4, 1e-5));
  EXPECT_TRUE(torch::equal(all[1], all[2]));
}

TEST_F(EvaluatorTest, WhatIsMissingIsSaid) {
  const auto message = [&](const std::vector<std::string>& evaluations, bool train, bool labels) {
    image_text::Pair a{"a", {"red"}, ""}, b{"b", {"blue"}, ""};
    const auto plain = std::make_shared<PairSet>(std::vector{a, b}, nullptr);
    return error_of([&] {
      Evaluator(opened_.tokenizer, labels ? synthetic(10) : plain, train ? synthetic(10) : nullptr,
                {.evaluations = evaluations});
    });
  };
  expect_contains(message({"probe"}, false, true), "probe: it needs a training set");
  expect_contains(message({"cluster"}, true, false), "--keywords");
  expect_contains(message({"retreival"}, true, true), "did you mean 'retrieval'");
  const auto one = [](const char* label) {
    std::vector<image_text::Pair> pairs;
    for (int i = 0; i < 6; ++i) pairs.push_back({std::to_string(i), {"red"}, label});
    return PairSet(pairs, nullptr);
  };
  const PairSet dogs = one("dog"), upper = one("Dog");
  const auto why = [](const char* evaluation, const PairSet& test, const PairSet* train) {
    return hindrance(evaluation, test, targets_of(test, train, {}));
  };
  expect_contains(why("probe", dogs, &upper), "no class of the test set");
  expect_contains(why("probe", dogs, &dogs), "2 classes");
  expect_contains(why("cluster", dogs, nullptr), "2 classes");
  expect_contains(why("gap", PairSet({{"a", {"red"}, ""}}, nullptr), nullptr), "2 pictures");
  EXPECT_EQ(possible_evaluations(*synthetic(10), nullptr),
            (std::vector<std::string>{"zeroshot", "retrieval", "cluster", "gap"}));
}

TEST_F(EvaluatorTest, KeywordsThatNoCaptionHoldsServeNothing) {
  const auto set = synthetic(12);
  const std::vector<Keyword> none{{"dog", {"dog"}}, {"cat", {"cat"}}}, one{{"red", {"red"}}, {"cat", {"cat"}}};
  EXPECT_EQ(possible_evaluations(*set, set.get(), none), (std::vector<std::string>{"retrieval", "gap"}));
  EXPECT_EQ(possible_evaluations(*set, set.get(), one),
            (std::vector<std::string>{"zeroshot", "probe", "knn", "retrieval", "gap"}));
  const PairSet dogs({{"a", {"a dog"}, ""}}, nullptr);
  expect_contains(hindrance("probe", dogs, targets_of(dogs, set.get(), none)), "no caption of the training set");
  EvaluationSettings settings{.evaluations = {"cluster"}};
  settings.keywords = one;
  expect_contains(error_of([&] { Evaluator(opened_.tokenizer, set, nullptr, settings); }), "1 of the keywords is");
}

TEST(Figures, WhatIsNotFiniteIsNotWritten) {
  const data::Json json = json_of({{.name = "probe", .value = std::nan("")}, {.name = "ami", .value = 0.5}});
  ASSERT_EQ(json.size(), 1U);
  EXPECT_EQ(json[0]["metric"], "ami");
}

TEST_F(EvaluatorTest, FindsTheModelOfARun) {
  const auto run = dir_ / "run";
  test::write_small_model(run / "checkpoint-20/model", 2);
  EXPECT_NE(error_of([&] { find_model(run); }), "");  // not finished
  write_file_atomic(run / "checkpoint-20/DONE", "");
  test::write_small_model(run / "checkpoint-9", 3);
  write_file_atomic(run / "checkpoint-9/DONE", "");
  EXPECT_EQ(find_model(run), run / "checkpoint-20/model");
  test::write_small_model(run / "model", 4);
  EXPECT_EQ(open_model(run).folder, run / "model");
  expect_contains(error_of([&] { open_model(dir_ / "nowhere"); }), "no such folder");
  nn::ClipConfig large = opened_.model->config();
  check_vocabulary(552, large, run);
  large.text.vocab_size = 49408;
  expect_contains(error_of([&] { check_vocabulary(552, large, run); }), "belongs to another one");
  std::filesystem::remove(run / "model/vocabulary.txt");
  expect_contains(error_of([&] { open_model(run); }), "--vocabulary");
  EXPECT_EQ(open_model(run, dir_ / "vocabulary.txt").tokenizer.fingerprint(), opened_.tokenizer.fingerprint());
}

}  // namespace
}  // namespace counterpoint::protoclip
