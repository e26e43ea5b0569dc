// Which validation pairs are measured, and that it is the adapter as it is now that is measured.
#include "counterpoint/persuasion/study/generated_accuracy.h"

#include "counterpoint/core/interrupt.h"
#include "tests/support/support.h"

namespace counterpoint::persuasion {
namespace {

namespace fs = std::filesystem;
using test::error_of;
using test::expect_contains;

/// 'r' and 'a' in order, of a question each.
std::vector<HeldOutPair> pairs_of(const std::string& kinds) {
  std::vector<HeldOutPair> pairs;
  for (const char kind : kinds) {
    HeldOutPair& pair = pairs.emplace_back();
    pair.id = std::to_string(pairs.size());
    pair.kind = kind == 'r' ? PairKind::resist : PairKind::accept;
    pair.question = {.id = "q" + pair.id, .question = "Q?", .answers = {"a"}, .choices = {"a", "b"}};
    pair.prompt = {{"user", "Q?"}};
  }
  return pairs;
}

std::string kinds_of(const std::vector<HeldOutPair>& pairs) {
  std::string kinds;
  for (const HeldOutPair& pair : pairs) kinds += pair.kind == PairKind::resist ? 'r' : 'a';
  return kinds;
}

TEST(GeneratedAccuracy, TakesAsManyOfEachKindAsThereAre) {
  EXPECT_EQ(kinds_of(balanced_part(pairs_of("rrrrraaaaa"), 4)), "rraa");
  EXPECT_EQ(kinds_of(balanced_part(pairs_of("arrrrr"), 4)), "arrr");
  EXPECT_EQ(kinds_of(balanced_part(pairs_of("raaaaa"), 4)), "raaa");
  EXPECT_EQ(kinds_of(balanced_part(pairs_of("rarara"), 3)), "raa");
  EXPECT_EQ(kinds_of(balanced_part(pairs_of("rra"), 3)), "rra");
  EXPECT_EQ(kinds_of(balanced_part(pairs_of("rra"), 0)), "rra");
}

class GeneratedAccuracyHook : public testing::Test {
 protected:
  GeneratedAccuracyHook() {
    settings_.engine.model = model_;
    settings_.scratch = dir_ / "measured";
    settings_.answer_mode = "alias";
    settings_.evaluation.sampling.max_new_tokens = 8;
  }

  test::ScratchDir dir_;
  fs::path model_ = test::golden("train/trl/qwen2");
  weights::ModelFiles files_ = weights::open_model(model_);
  GeneratedAccuracySettings settings_;
};

TEST_F(GeneratedAccuracyHook, MeasuresTheAdapterAsItIs) {
  const auto trainer = nn::open_lora_trainer(files_, {});
  std::vector<double> seen_b;
  settings_.progress = [&] {
    const weights::Adapter measured = weights::read_adapter(settings_.scratch, files_.config);
    seen_b.push_back(measured.parts.begin()->second.b[0]);
    return std::unique_ptr<ProgressSink>();
  };
  const auto hook = generated_accuracy(pairs_of("ra"), settings_);
  const std::vector<train::Metric> metrics = hook(*trainer);
  ASSERT_EQ(metrics.size(), 3u);
  EXPECT_EQ(metrics[0].name, "eval_balanced_overall");
  EXPECT_EQ(metrics[0].name, accuracy_metric(Arm::pbt));
  EXPECT_EQ(metrics[1].name, accuracy_metric(Arm::resist));
  EXPECT_EQ(metrics[2].name, accuracy_metric(Arm::accept));
  EXPECT_EQ(metrics[0].value * 2, metrics[1].value + metrics[2].value);
  weights::Adapter moved = trainer->adapter();
  moved.parts.begin()->second.b[0] = 0.5f;
  trainer->set_adapter(moved);
  hook(*trainer);
  EXPECT_EQ(seen_b, (std::vector<double>{0, 0.5}));
  EXPECT_FALSE(fs::exists(settings_.scratch));
}

TEST_F(GeneratedAccuracyHook, AnInterruptComesOutOfIt) {
  settings_.evaluation.stop = [] { return true; };
  const auto trainer = nn::open_lora_trainer(files_, {});
  EXPECT_THROW(generated_accuracy(pairs_of("ra"), settings_)(*trainer), Interrupted);
  EXPECT_FALSE(fs::exists(settings_.scratch));
}

TEST_F(GeneratedAccuracyHook, WhatCannotBeMeasuredIsRefusedBeforeTraining) {
  expect_contains(error_of([&] { generated_accuracy(pairs_of("rr"), settings_); }),
                  "both kinds; there are 2 resist and 0 accept pairs");
  settings_.answer_mode = "choices";
  std::vector<HeldOutPair> pairs = pairs_of("ra");
  pairs[1].question.choices.clear();
  expect_contains(error_of([&] { generated_accuracy(pairs, settings_); }), "q2");
}

}  // namespace
}  // namespace counterpoint::persuasion
