// A run that is stopped and goes on, its best step, its early end: bit for bit what it would have been.
#include "counterpoint/train/fit.h"

#include <cmath>
#include <set>

#include "counterpoint/core/interrupt.h"
#include "counterpoint/persuasion/train/objectives.h"
#include "tests/persuasion/train/tune_runs.h"

namespace counterpoint::test {
namespace {

namespace fs = std::filesystem;
using train::FitHooks;
using train::FitResult;
using train::Metric;

class FitTest : public testing::Test {
 protected:
  weights::Adapter adapter_in(const fs::path& folder) const { return weights::read_adapter(folder, model_.config); }

  ScratchDir dir_;
  fs::path straight_ = dir_ / "straight", stopped_ = dir_ / "stopped";
  weights::ModelFiles model_ = weights::open_model(tiny_model());
};

void expect_same_runs(const fs::path& a, const fs::path& b, std::int64_t steps) {
  EXPECT_EQ(adapter_bytes(a), adapter_bytes(b));
  EXPECT_EQ(read_file(a / "metrics.jsonl"), read_file(b / "metrics.jsonl"));
  for (const char* file : {"adapter_model.safetensors", "optimizer.safetensors", "state.json"})
    EXPECT_EQ(read_file(train::checkpoint_folder(a, steps) / file),
              read_file(train::checkpoint_folder(b, steps) / file))
        << file;
}

TEST_F(FitTest, SftThatIsStoppedTwiceIsBitForBitWhatItWouldHaveBeen) {
  const FitResult whole = run_sft(tune_settings(straight_));
  EXPECT_EQ(whole.steps, 9);
  EXPECT_FALSE(whole.interrupted);
  for (const std::int64_t at : {4, 6}) {
    const FitResult part = run_sft(tune_settings(stopped_), stopping_after(at == 4 ? 4 : 2));
    EXPECT_TRUE(part.interrupted);
    EXPECT_EQ(part.steps, at);
    EXPECT_FALSE(fs::exists(stopped_ / "adapter_model.safetensors"));
  }
  EXPECT_EQ(run_sft(tune_settings(stopped_)).steps, 9);
  expect_same_runs(straight_, stopped_, 9);
  EXPECT_EQ(metric_of(stopped_, "loss").size(), 9u);
}

TEST_F(FitTest, SoIsDpo) {
  for (const fs::path& folder : {straight_, stopped_}) {
    persuasion::DpoSettings settings = dpo_settings(folder);
    settings.adapter = trained_adapter();
    settings.disable_dropout = false;
    if (folder == stopped_) run_dpo(settings, stopping_after(5));
    EXPECT_EQ(run_dpo(settings).steps, 9);
  }
  expect_same_runs(straight_, stopped_, 9);
}

TEST_F(FitTest, DropoutIsInIt) {
  persuasion::TuneSettings without = tune_settings(stopped_);
  without.trainer.lora.dropout = 0;
  run_sft(tune_settings(straight_));
  run_sft(without);
  EXPECT_NE(adapter_bytes(straight_), adapter_bytes(stopped_));
}

TEST_F(FitTest, AKilledRunGoesOnFromItsLastWholeCheckpoint) {
  persuasion::TuneSettings settings = tune_settings(stopped_);
  settings.fit.save_total_limit = 0;
  run_sft(settings, stopping_after(4));
  // As if killed within writing a later one, and after logging two more steps.
  fs::create_directories(stopped_ / "checkpoint-6.partial");
  fs::copy(stopped_ / "checkpoint-4", stopped_ / "checkpoint-5");
  fs::remove(stopped_ / "checkpoint-5" / "DONE");
  const std::string log = read_file(stopped_ / "metrics.jsonl");
  write_file_atomic(stopped_ / "metrics.jsonl", log + "{\"step\":5,\"loss\":1}\n{\"step\":6,\"lo");
  std::vector<std::string> notes;
  FitHooks hooks;
  hooks.note = [&](const std::string& line) { notes.push_back(line); };
  run_sft(settings, hooks);
  ASSERT_EQ(notes.size(), 3u);
  expect_contains(notes[0], "checkpoint-6.partial is passed over: it was not finished");
  expect_contains(notes[1], "checkpoint-5 is passed over: it was not finished");
  expect_contains(notes[2], "checkpoint-4 (4 of 9 steps)");
  run_sft(tune_settings(straight_));
  expect_same_runs(straight_, stopped_, 9);
}

TEST_F(FitTest, ALineOfTheLogIsTheMeanOfItsSteps) {
  run_sft(tune_settings(straight_));
  const std::vector<double> each = metric_of(straight_, "loss"), norms = metric_of(straight_, "grad_norm");
  const fs::path whole = dir_ / "whole";
  for (const fs::path& folder : {whole, stopped_}) {
    persuasion::TuneSettings settings = tune_settings(folder);
    settings.fit.logging_steps = 4;
    if (folder == stopped_) run_sft(settings, stopping_after(6));  // between two lines
    run_sft(settings);
  }
  const auto mean = [&](size_t first) {
    return (each[first] + each[first + 1] + each[first + 2] + each[first + 3]) / 4;
  };
  EXPECT_EQ(metric_of(whole, "step"), (std::vector<double>{4, 8, 9}));
  EXPECT_EQ(metric_of(whole, "loss"), (std::vector<double>{mean(0), mean(4), each[8]}));
  EXPECT_EQ(metric_of(whole, "grad_norm"), (std::vector<double>{norms[3], norms[7], norms[8]}));
  expect_same_runs(whole, stopped_, 9);
}

void expect_close(const std::vector<double>& a, const std::vector<double>& b, double tolerance) {
  ASSERT_EQ(a.size(), b.size());
  ASSERT_FALSE(a.empty());
  for (size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], tolerance * std::abs(a[i])) << "step " << i + 1;
}

TEST_F(FitTest, HowAStepIsSplitDoesNotChangeIt) {
  for (const train::MicroBatchLimits limits : {train::MicroBatchLimits{.rows = 1}, {.tokens = 300}}) {
    const fs::path folder = dir_ / fmt::format("split-{}", limits.rows);
    for (const fs::path& run : {straight_, folder}) {
      fs::remove_all(run);
      persuasion::TuneSettings settings = tune_settings(run);
      settings.fit.schedule.learning_rate = 1e-4;
      if (run == folder) settings.fit.micro = limits;
      run_sft(settings);
    }
    expect_close(metric_of(straight_, "loss"), metric_of(folder, "loss"), 1e-6);
    expect_close(metric_of(straight_, "grad_norm"), metric_of(folder, "grad_norm"), 1e-6);
    EXPECT_EQ(metric_of(straight_, "num_tokens"), metric_of(folder, "num_tokens"));
  }
}

TEST_F(FitTest, TokensAreCountedAsTrlDoes) {
  run_sft(tune_settings(straight_));
  // All tokens of the eight completions, in each of three epochs (expected.json: 492 and 478 in the two halves).
  EXPECT_EQ(metric_of(straight_, "num_tokens").back(), 3 * (492 + 478));
}

TEST_F(FitTest, TheBestStepByValidationLossIsWhatTheFolderHolds) {
  persuasion::TuneSettings settings = tune_settings(straight_);
  settings.fit.schedule.learning_rate = 0.3;  // so much that validation gets worse again
  settings.fit.eval_steps = 1;
  settings.fit.best_metric = "eval_loss";
  std::vector<weights::Adapter> seen;
  FitHooks hooks;
  hooks.evaluate = [&](nn::LoraTrainer& trainer) {
    seen.push_back(trainer.adapter());
    return std::vector<Metric>{};
  };
  const FitResult result = run_sft(settings, hooks, /*validated=*/true);
  const std::vector<double> losses = metric_of(straight_, "eval_loss");
  ASSERT_EQ(losses.size(), 10u);  // before the first step, and after each
  const auto best = std::min_element(losses.begin(), losses.end()) - losses.begin();
  ASSERT_LT(best, 9) << "the last step is the best: nothing was chosen";
  EXPECT_EQ(result.best_step, best);
  EXPECT_EQ(result.best_value, losses[static_cast<size_t>(best)]);
  expect_same_values(adapter_in(straight_), seen[static_cast<size_t>(best)]);
}

/// Returns these values as eval_score, one an evaluation, and keeps the adapters that they are of.
struct Scores {
  std::vector<double> values;
  std::vector<weights::Adapter> adapters;
  FitHooks hooks(int stop_after = 0) {
    FitHooks out = stop_after > 0 ? stopping_after(stop_after) : FitHooks{};
    out.evaluate = [this](nn::LoraTrainer& trainer) {
      adapters.push_back(trainer.adapter());
      return std::vector<Metric>{{"eval_score", values.at(adapters.size() - 1)}};
    };
    return out;
  }
};

persuasion::TuneSettings scored_settings(const fs::path& folder, int patience = 0) {
  persuasion::TuneSettings settings = tune_settings(folder);
  settings.fit.eval_steps = 1;
  settings.fit.best_metric = "eval_score";
  settings.fit.greater_is_better = true;
  settings.fit.patience = patience;
  return settings;
}

TEST_F(FitTest, ARunEndsWhenItGainsNoMore) {
  Scores scores{.values = {0.5, 0.4, 0.6, std::nan(""), 0.6, 0.6, 0.9}, .adapters = {}};
  const FitResult result = run_sft(scored_settings(straight_, 3), scores.hooks());
  EXPECT_TRUE(result.stopped_early);
  EXPECT_EQ(result.steps, 5);  // 2 was the best, then three without a gain
  EXPECT_EQ(result.best_step, 2);
  expect_same_values(adapter_in(straight_), scores.adapters[2]);
  // The same call again trains no further.
  const std::string bytes = adapter_bytes(straight_);
  Scores none;
  const FitResult again = run_sft(scored_settings(straight_, 3), none.hooks());
  EXPECT_TRUE(again.stopped_early);
  EXPECT_EQ(again.steps, 5);
  EXPECT_TRUE(none.adapters.empty());
  EXPECT_EQ(adapter_bytes(straight_), bytes);
}

TEST_F(FitTest, AnEarlyEndLosesNoStepOfTheLog) {
  run_sft(tune_settings(stopped_));
  const std::vector<double> each = metric_of(stopped_, "loss");
  Scores scores{.values = {0.5, 0.4, 0.6, 0.6, 0.6, 0.6}, .adapters = {}};
  persuasion::TuneSettings settings = scored_settings(straight_, 3);
  settings.fit.logging_steps = 4;
  EXPECT_EQ(run_sft(settings, scores.hooks()).steps, 5);
  EXPECT_EQ(metric_of(straight_, "loss"), (std::vector<double>{(each[0] + each[1] + each[2] + each[3]) / 4, each[4]}));
}

TEST_F(FitTest, AResumedRunKeepsItsBest) {
  Scores before{.values = {0.1, 0.8, 0.2, 0.3}, .adapters = {}},
      after{.values = {0.7, 0.1, 0.1, 0.1, 0.1, 0.1}, .adapters = {}};
  EXPECT_TRUE(run_sft(scored_settings(stopped_), before.hooks(3)).interrupted);
  const FitResult result = run_sft(scored_settings(stopped_), after.hooks());
  EXPECT_EQ(after.adapters.size(), 6u);
  EXPECT_EQ(result.steps, 9);
  EXPECT_EQ(result.best_step, 1);
  EXPECT_EQ(result.best_value, 0.8);
  expect_same_values(adapter_in(stopped_), before.adapters[1]);
}

TEST_F(FitTest, AMeasurementThatIsInterruptedIsMadeWhenTheRunGoesOn) {
  Scores whole{.values = std::vector<double>(10, 0.5), .adapters = {}}, first = whole, second = whole;
  whole.values[4] = first.values[4] = 0.9;
  second.values[0] = 0.9;  // the one of step 4 again
  run_sft(scored_settings(straight_), whole.hooks());
  FitHooks hooks = first.hooks();
  hooks.evaluate = [&, measure = hooks.evaluate](nn::LoraTrainer& trainer) {
    if (first.adapters.size() == 4) throw Interrupted{};
    return measure(trainer);
  };
  const FitResult part = run_sft(scored_settings(stopped_), hooks);
  EXPECT_TRUE(part.interrupted);
  EXPECT_EQ(part.steps, 4);
  EXPECT_EQ(run_sft(scored_settings(stopped_), second.hooks()).best_step, 4);
  expect_same_runs(straight_, stopped_, 9);
}

TEST_F(FitTest, OnlySoManyCheckpointsAreKept) {
  persuasion::TuneSettings settings = tune_settings(straight_);
  settings.fit.save_steps = 2;
  settings.fit.save_total_limit = 2;
  run_sft(settings);
  std::set<std::string> kept;
  for (const auto& entry : fs::directory_iterator(straight_))
    if (entry.is_directory()) kept.insert(entry.path().filename());
  EXPECT_EQ(kept, (std::set<std::string>{"checkpoint-8", "checkpoint-9"}));
}

TEST_F(FitTest, ValuesThatAreNotFiniteEndTheRunByName) {
  persuasion::TuneSettings settings = tune_settings(straight_);
  settings.fit.schedule = {.kind = "constant", .learning_rate = 1e30};
  const std::string error = error_of([&] { run_sft(settings); });
  expect_contains(error, "step 2: row '");
  expect_contains(error, "completions.jsonl:");
  expect_contains(error, "': its log-probabilities are not finite; the last checkpoint is safe");
}

/// SFT whose derivatives are multiplied.
class Multiplied final : public train::Objective {
 public:
  Multiplied(std::span<const train::Example> examples, double factor) : sft_(examples), factor_(factor) {}
  void begin(std::span<const size_t> examples) override { sft_.begin(examples); }
  std::vector<nn::RowValues> derivatives(std::span<const size_t> examples,
                                         const std::vector<nn::RowValues>& logprobs) override {
    std::vector<nn::RowValues> slopes = sft_.derivatives(examples, logprobs);
    for (nn::RowValues& row : slopes)
      for (std::vector<double>& branch : row)
        for (double& slope : branch) slope *= factor_;
    return slopes;
  }
  std::vector<Metric> finish() override { return sft_.finish(); }

 private:
  persuasion::SftObjective sft_;
  double factor_;
};

TEST_F(FitTest, SoDoDerivativesAndGradients) {
  std::vector<train::Example> examples;
  for (nn::TrainRow& row : sft_rows({*model_.tokenizer, *model_.chat_format})) examples.push_back({std::move(row)});
  const auto error_with = [&](double factor) {
    const auto trainer = nn::open_lora_trainer(model_, {});
    Multiplied objective(examples, factor);
    ProgressSink silent;
    const train::FitSettings settings{.run_folder = straight_, .batches = {.batch_rows = 8}};
    return error_of([&] { train::fit(*trainer, model_.config, examples, objective, settings, {}, silent); });
  };
  const std::string of_loss = error_with(std::nan(""));
  expect_contains(of_loss, "step 1: row '");
  expect_contains(of_loss, "': its derivatives of the loss are not finite; the last checkpoint is safe");
  const std::string of_gradient = error_with(1e300);  // beyond float32
  expect_contains(of_gradient, "step 1: rows '");
  expect_contains(of_gradient, "' and 3 more: the gradient of 'model.layers.0.");
  expect_contains(of_gradient, "' is not finite; the last checkpoint is safe");
}

TEST_F(FitTest, WhatCannotBeMeasuredIsRefused) {
  persuasion::TuneSettings settings = tune_settings(straight_);
  settings.fit.patience = 2;
  expect_contains(error_of([&] { run_sft(settings); }), "needs a metric that gains");
  settings.fit.best_metric = "eval_loss";
  expect_contains(error_of([&] { run_sft(settings); }), "there is nothing to measure it on");
  settings.fit.best_metric = "eval_los";
  expect_contains(error_of([&] { run_sft(settings, {}, true); }), "no metric 'eval_los' (did you mean 'eval_loss'?)");
  settings.fit.logging_steps = 0;
  expect_contains(error_of([&] { run_sft(settings, {}, true); }), "logging-steps is 0");
}

}  // namespace
}  // namespace counterpoint::test
