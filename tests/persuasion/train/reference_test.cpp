// What DPO measures against: which model, kept where, and refused when it is not what training starts from.
#include "counterpoint/persuasion/train/reference.h"

#include <cmath>

#include "tests/persuasion/train/tune_runs.h"

namespace counterpoint::test {
namespace {

namespace fs = std::filesystem;
using persuasion::DpoSettings;
using persuasion::PairLogprobs;
using persuasion::reference_logprobs;
using persuasion::ReferenceFolder;

/// Counts what is computed: a value that was kept is not.
struct Counting : ProgressSink {
  void update(std::int64_t, std::int64_t, const std::string&) override { ++updates; }
  int updates = 0;
};

class ReferenceTest : public testing::Test {
 protected:
  ReferenceTest() {
    for (nn::TrainRow& row : pair_rows({*model_.tokenizer, *model_.chat_format})) examples_.push_back({std::move(row)});
  }

  /// What was computed: 0 if it was found.
  int computed(nn::LoraTrainer& trainer, const std::string& spec = "sft", const std::string& dtype = "float32") {
    Counting counting;
    values_ = reference_logprobs(trainer, model_, examples_,
                                 {.spec = spec, .kept = ReferenceFolder(dir_.path(), model_)}, dtype, counting);
    EXPECT_EQ(values_.size(), examples_.size());
    return counting.updates;
  }

  /// Without a folder in which it might be found.
  std::vector<PairLogprobs> not_kept(nn::LoraTrainer& trainer, const std::string& spec = "sft") {
    ProgressSink silent;
    return reference_logprobs(trainer, model_, examples_, {.spec = spec, .kept = {}}, "float32", silent);
  }

  std::unique_ptr<nn::LoraTrainer> trainer(bool trained) {
    return trainer(tiny_model() / (trained ? "adapter" : "adapter-zero"));
  }
  std::unique_ptr<nn::LoraTrainer> trainer(const fs::path& adapter) {
    const weights::Adapter start = weights::read_adapter(adapter, model_.config);
    nn::TrainerOptions options;
    options.lora = start.config;
    auto out = nn::open_lora_trainer(model_, options);
    out->set_adapter(start);
    return out;
  }

  ScratchDir dir_;
  weights::ModelFiles model_ = weights::open_model(tiny_model());
  std::vector<train::Example> examples_;
  std::vector<PairLogprobs> values_;
};

TEST_F(ReferenceTest, IsKeptAndFoundAgain) {
  const auto policy = trainer(true);
  EXPECT_GT(computed(*policy), 0);
  const std::vector<PairLogprobs> first = values_;
  EXPECT_EQ(computed(*policy), 0);
  for (size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(values_[i].chosen, first[i].chosen);
    EXPECT_EQ(values_[i].rejected, first[i].rejected);
  }
}

TEST_F(ReferenceTest, OfAnythingElseIsComputedAnew) {
  const auto policy = trainer(true), fresh = trainer(false);
  EXPECT_GT(computed(*policy), 0);
  EXPECT_GT(computed(*fresh), 0) << "another adapter";
  EXPECT_GT(computed(*policy, "base"), 0) << "another reference";
  EXPECT_GT(computed(*policy, "sft", "bfloat16"), 0) << "another dtype";
  examples_[0][0].branches[1].tokens.back() += 1;
  EXPECT_GT(computed(*policy), 0) << "another token";
  examples_.pop_back();
  EXPECT_GT(computed(*policy), 0) << "fewer rows";
  EXPECT_EQ(computed(*policy), 0);
}

TEST_F(ReferenceTest, AnAdapterByNameIsWhatItIsAndThePolicyStays) {
  const auto fresh = trainer(false), trained = trainer(true);
  const weights::Adapter before = fresh->adapter();
  const std::vector<PairLogprobs> expected = not_kept(*trained),
                                  got = not_kept(*fresh, "adapter:" + trained_adapter().string());
  for (size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(got[i].chosen, expected[i].chosen);
  expect_same_values(before, fresh->adapter());
  EXPECT_NE(not_kept(*fresh)[0].chosen, expected[0].chosen);
}

TEST_F(ReferenceTest, AnAdapterByNameHasItsOwnScale) {
  fs::copy(trained_adapter(), dir_ / "scaled", fs::copy_options::recursive);
  data::Json config = data::read_json(dir_ / "scaled/adapter_config.json");
  config["lora_alpha"] = 3 * config["lora_alpha"].get<double>();
  config["use_rslora"] = true;
  write_file_atomic(dir_ / "scaled/adapter_config.json", config.dump());
  const auto trained = trainer(true), scaled = trainer(dir_ / "scaled");
  const std::vector<PairLogprobs> expected = not_kept(*scaled), mine = not_kept(*trained),
                                  got = not_kept(*trained, "adapter:" + (dir_ / "scaled").string());
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(got[i].chosen, expected[i].chosen, 1e-5 * std::abs(expected[i].chosen));
    EXPECT_NEAR(got[i].rejected, expected[i].rejected, 1e-5 * std::abs(expected[i].rejected));
  }
  EXPECT_GT(std::abs(mine[0].chosen - expected[0].chosen), 1e-2) << "the scale changes nothing";
}

TEST_F(ReferenceTest, OtherWeightsHaveAFileOfTheirOwn) {
  fs::copy(tiny_model(), dir_ / "model", fs::copy_options::recursive);
  std::string bytes = read_file(dir_ / "model/model.safetensors");
  const auto file = [&] {
    const weights::ModelFiles model = weights::open_model(dir_ / "model");
    return ReferenceFolder(dir_.path(), model).file_of(nullptr, examples_, "float32");
  };
  const fs::path before = file();
  EXPECT_EQ(file(), before);
  bytes.back() = static_cast<char>(bytes.back() ^ 1);  // of the last weight
  write_file_atomic(dir_ / "model/model.safetensors", bytes);
  EXPECT_NE(file(), before);
}

TEST_F(ReferenceTest, AResumedRunComputesNoneAnew) {
  const DpoSettings settings = dpo_settings(dir_ / "run");
  run_dpo(settings, stopping_after(2));
  const auto files = [&] {
    int count = 0;
    for (const auto& entry : fs::directory_iterator(dir_ / "run"))
      count += entry.path().filename().string().starts_with("reference-");
    return count;
  };
  EXPECT_EQ(files(), 1);
  // The value in the file is what is used: a wrong one shows before the first step.
  for (const auto& entry : fs::directory_iterator(dir_ / "run"))
    if (entry.path().filename().string().starts_with("reference-"))
      write_file_atomic(entry.path(), data::to_line(std::vector<std::vector<double>>(8, {-1.0, -2.0})));
  expect_contains(error_of([&] { run_dpo(settings); }), "before the first step the loss is");
}

TEST_F(ReferenceTest, BeforeTheFirstStepPolicyAndReferenceAreTheSameOrTheRunStops) {
  DpoSettings settings = dpo_settings(dir_ / "run");
  settings.adapter = trained_adapter();
  settings.reference = "base";
  const std::string error = error_of([&] { run_dpo(settings); });
  expect_contains(error, "before the first step the loss is 0.");
  expect_contains(error, "where 0.693147 was expected");
  expect_contains(error, "the model that is trained is not its reference 'base'");
  expect_contains(error, "Train from the reference (--adapter)");
  settings.reference = "bse";
  expect_contains(error_of([&] { run_dpo(settings); }), "unknown reference 'bse' (did you mean 'base'?)");
  for (const std::string& good : {std::string("sft"), "adapter:" + trained_adapter().string()}) {
    settings.reference = good;
    fs::remove_all(dir_ / "run");
    EXPECT_EQ(run_dpo(settings).steps, 9) << good;
    EXPECT_NEAR(metric_of(dir_ / "run", "loss")[0], std::log(2), 1e-6);
    EXPECT_NEAR(metric_of(dir_ / "run", "rewards/margins")[0], 0, 1e-5);
    EXPECT_GT(metric_of(dir_ / "run", "rewards/margins").back(), 0.1);
  }
  settings.adapter.clear();
  settings.reference = "base";
  fs::remove_all(dir_ / "run");
  EXPECT_EQ(run_dpo(settings).steps, 9) << "a fresh adapter is the base";
}

TEST_F(ReferenceTest, AnotherAdapterIsRefused) {
  DpoSettings settings = dpo_settings(dir_ / "run");
  settings.reference = "adapter:" + trained_adapter().string();
  expect_contains(error_of([&] { run_dpo(settings); }), "It must have the targets and ranks of the adapter that is");
  settings.trainer.lora.target_modules = {"all-linear"};
  expect_contains(error_of([&] { run_dpo(settings); }), "the model that is trained is not its reference 'adapter:");
}

TEST_F(ReferenceTest, PromptsComputedOnceOrTwiceGiveTheSameRun) {
  for (const bool share : {true, false}) {
    DpoSettings settings = dpo_settings(dir_ / (share ? "shared" : "apart"));
    settings.fit.schedule.learning_rate = 1e-3;
    settings.share_prefix = share;
    EXPECT_EQ(run_dpo(settings).steps, 9);
  }
  for (const char* name : {"loss", "grad_norm", "num_tokens", "logps/chosen"}) {
    const auto shared = metric_of(dir_ / "shared", name), apart = metric_of(dir_ / "apart", name);
    ASSERT_EQ(shared.size(), 9u);
    for (size_t i = 0; i < 9; ++i) EXPECT_NEAR(shared[i], apart[i], 1e-5 * std::abs(shared[i])) << name << " " << i;
  }
}

}  // namespace
}  // namespace counterpoint::test
