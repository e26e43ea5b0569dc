// Losses, rewards, log-probabilities, gradients and ten steps are TRL's (tests/golden/train/README.md has each field).
#include <cmath>
#include <numeric>

#include "counterpoint/persuasion/train/objectives.h"
#include "counterpoint/persuasion/train/preference_rows.h"
#include "counterpoint/persuasion/train/reference.h"
#include "counterpoint/persuasion/train/sft_rows.h"
#include "counterpoint/train/schedule.h"
#include "counterpoint/weights/safetensors.h"
#include "tests/persuasion/train/golden_tokens.h"
#include "tests/support/support.h"

namespace counterpoint::persuasion {
namespace {

using data::Json;
using train::Example;
using train::Metric;

/// Where values are larger than 1, relative to the largest: both sides are float32.
constexpr double close = 1e-5, close_after_steps = 1e-4;

double scale_of(double largest) { return std::max(1.0, std::abs(largest)); }

class TrlGolden : public testing::TestWithParam<const char*> {
 protected:
  TrlGolden() {
    for (PreferenceRow& row : load_preference_rows(test::golden("train/trl/pairs.jsonl"), encoder()).rows)
      pairs.push_back({std::move(row.tokens)});
  }

  std::filesystem::path folder() const { return test::golden(std::string("train/trl/") + GetParam()); }
  RowEncoder encoder() const { return {*model.tokenizer, *model.chat_format}; }

  std::unique_ptr<nn::LoraTrainer> trainer(const std::string& adapter = "adapter", double weight_decay = 0,
                                           const std::string& dtype = "float32") const {
    const weights::Adapter start = weights::read_adapter(folder() / adapter, model.config);
    nn::TrainerOptions options;
    options.device = test::device("cpu");
    options.dtype = dtype;
    options.lora = start.config;
    auto out = nn::open_lora_trainer(model, options, {.weight_decay = weight_decay});
    out->set_adapter(start);
    return out;
  }

  std::vector<PairLogprobs> reference(nn::LoraTrainer& of, const std::string& spec) const {
    ProgressSink silent;
    return reference_logprobs(of, model, pairs, {.spec = spec, .kept = {}}, "float32", silent);
  }

  std::vector<Example> sft_examples(const std::string& form) const {
    std::vector<Example> out;
    for (nn::TrainRow& row : load_sft_rows(test::golden("train/trl/" + form + ".jsonl").string(), encoder()).rows)
      out.push_back({std::move(row)});
    return out;
  }

  /// Gradient or final adapter on file, against the trainer's: relative to the largest value where that is above 1.
  void expect_tensors(const std::string& prefix, const std::vector<nn::StateTensor>& got, double tolerance) const {
    const auto file = weights::open_safetensors(folder() / "expected.safetensors");
    double largest = 0, most = 0;
    for (const nn::StateTensor& tensor : got) {
      const weights::TensorView view = file->view(prefix + "base_model.model." + tensor.name);
      ASSERT_EQ(view.shape, tensor.shape) << tensor.name;
      std::vector<float> theirs(tensor.values.size());
      weights::to_float32(view, 0, theirs);
      for (size_t i = 0; i < theirs.size(); ++i) {
        largest = std::max<double>(largest, std::abs(theirs[i]));
        most = std::max<double>(most, std::abs(theirs[i] - tensor.values[i]));
      }
    }
    EXPECT_GT(largest, 0) << prefix;
    EXPECT_LE(most, tolerance * scale_of(largest)) << prefix;
  }

  weights::ModelFiles model = weights::open_model(folder());
  Json expected = data::read_json(folder() / "expected.json");
  std::vector<Example> pairs;
};

std::vector<size_t> first_rows(size_t count, size_t from = 0) {
  std::vector<size_t> out;
  for (size_t i = 0; i < count; ++i) out.push_back(from + i);
  return out;
}

/// One batch through the objective as the training loop does it; the gradient stays in the trainer.
std::vector<Metric> accumulate(nn::LoraTrainer& trainer, std::span<const Example> examples, train::Objective& objective,
                               const std::vector<size_t>& batch) {
  std::vector<nn::TrainRow> rows;
  for (const size_t index : batch) rows.insert(rows.end(), examples[index].begin(), examples[index].end());
  objective.begin(batch);
  trainer.accumulate(rows, 0, [&](const auto& logprobs) { return objective.derivatives(batch, logprobs); });
  return objective.finish();
}

double value_of(const std::vector<Metric>& metrics, const std::string& name) {
  for (const Metric& metric : metrics)
    if (metric.name == name) return metric.value;
  ADD_FAILURE() << "no metric " << name;
  return std::nan("");
}

/// The values on file, of those that `skipped` does not name.
void expect_metrics(const std::vector<Metric>& got, const Json& expected, double tolerance,
                    const std::vector<std::string>& skipped = {}) {
  for (const auto& [name, value] : expected.items()) {
    if (std::find(skipped.begin(), skipped.end(), name) != skipped.end()) continue;
    EXPECT_NEAR(value_of(got, name), value.get<double>(), tolerance * scale_of(value.get<double>())) << name;
  }
}

std::vector<nn::StateTensor> tensors_of(const weights::Adapter& adapter) {
  std::vector<nn::StateTensor> out;
  for (const auto& [name, part] : adapter.parts) {
    const std::string module = name.substr(0, name.rfind(".weight"));
    out.push_back({module + ".lora_A.weight", {part.r, part.in}, part.a});
    out.push_back({module + ".lora_B.weight", {part.out, part.r}, part.b});
  }
  return out;
}

/// Ten steps on batches of four in the file's order, with the run's schedule.
void expect_ten_steps(nn::LoraTrainer& trainer, std::span<const Example> examples, train::Objective& objective,
                      const Json& steps, const std::vector<std::string>& skipped = {}) {
  const train::LearningRate rate({.kind = "cosine", .learning_rate = 1e-3, .warmup_steps = 2, .total_steps = 10});
  ASSERT_EQ(steps.size(), 10u);
  for (size_t step = 0; step < 10; ++step) {
    SCOPED_TRACE(fmt::format("step {}", step + 1));
    std::vector<Metric> metrics = accumulate(trainer, examples, objective, first_rows(4, step * 4 % 8));
    const double learning_rate = rate.at(static_cast<std::int64_t>(step));
    metrics.push_back({"learning_rate", learning_rate});
    EXPECT_NEAR(learning_rate, steps[step]["learning_rate"].get<double>(), 1e-12);
    metrics.push_back({"grad_norm", trainer.step(learning_rate, 1.0)});
    // Where policy and reference are still the same, the sign of a margin is rounding.
    const bool same = steps[step].value("rewards/margins", 1.0) == 0;
    expect_metrics(metrics, steps[step], close_after_steps,
                   same ? std::vector<std::string>{"rewards/accuracies"} : skipped);
  }
}

TEST_P(TrlGolden, PreferenceRowsHaveItsIds) {
  const Json& rows = expected["dpo"]["rows"];
  ASSERT_EQ(pairs.size(), rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(pairs[i][0].prefix, rows[i]["prompt_ids"].get<test::Ids>());
    EXPECT_EQ(pairs[i][0].branches[0].tokens, rows[i]["chosen_ids"].get<test::Ids>());
    EXPECT_EQ(pairs[i][0].branches[1].tokens, rows[i]["rejected_ids"].get<test::Ids>());
  }
}

TEST_P(TrlGolden, LogprobsAndRewards) {
  const auto policy = trainer();
  const std::vector<PairLogprobs> base = reference(*policy, "base"), mine = reference(*policy, "sft");
  const double beta = expected["dpo"]["beta"];
  for (size_t i = 0; i < pairs.size(); ++i) {
    const Json& row = expected["dpo"]["rows"][i];
    const auto expect_sum = [&](const char* name, double got) {
      EXPECT_NEAR(got, row[name].get<double>(), close * scale_of(row[name])) << name << " of row " << i;
    };
    expect_sum("logps_chosen", mine[i].chosen);
    expect_sum("logps_rejected", mine[i].rejected);
    expect_sum("ref_logps_chosen", base[i].chosen);
    expect_sum("ref_logps_rejected", base[i].rejected);
    expect_sum("reward_chosen", beta * (mine[i].chosen - base[i].chosen));
    expect_sum("reward_rejected", beta * (mine[i].rejected - base[i].rejected));
  }
}

PreferenceLossSettings loss_named(const std::string& name, const Json& dpo) {
  PreferenceLossSettings settings{.beta = dpo["beta"]};
  settings.kind = name.substr(0, name.find('+'));
  if (name == "robust") settings.label_smoothing = dpo["label_smoothing"];
  if (name.ends_with("+sft")) settings.sft_weight = dpo["sft_weight"];
  return settings;
}

TEST_P(TrlGolden, LossesOfEachKindAndTheirGradients) {
  const Json& dpo = expected["dpo"];
  const std::vector<PairLogprobs> base = reference(*trainer(), "base");
  ASSERT_EQ(dpo["losses"].size(), 5u);
  for (const auto& [name, loss] : dpo["losses"].items()) {
    SCOPED_TRACE(name);
    const auto policy = trainer();
    DpoObjective objective(pairs, base, loss_named(name, dpo));
    const std::vector<Metric> metrics = accumulate(*policy, pairs, objective, first_rows(pairs.size()));
    EXPECT_NEAR(value_of(metrics, "loss"), loss.get<double>(), close * scale_of(loss));
    if (name == "sigmoid") expect_metrics(metrics, dpo["metrics"], close);
    if (name.starts_with("sigmoid")) expect_tensors("dpo.gradient." + name + ".", policy->gradients(), close);
  }
}

TEST_P(TrlGolden, AValidationHasTheSameFiguresBehindEval) {
  const Json& dpo = expected["dpo"];
  const auto policy = trainer();
  DpoObjective objective(pairs, reference(*policy, "base"), loss_named("sigmoid", dpo));
  std::vector<Metric> metrics = train::evaluate(*policy, pairs, objective);
  for (Metric& metric : metrics) {
    EXPECT_TRUE(metric.name.starts_with("eval_")) << metric.name;
    metric.name.erase(0, std::string_view("eval_").size());
  }
  expect_metrics(metrics, dpo["metrics"], close);
}

TEST_P(TrlGolden, AFreshAdapterStartsAtLn2AndMovesByItsBAlone) {
  const auto policy = trainer("adapter-zero");
  DpoObjective objective(pairs, reference(*policy, "base"), {});
  const double loss = value_of(accumulate(*policy, pairs, objective, first_rows(pairs.size())), "loss");
  EXPECT_NEAR(loss, expected["dpo"]["zero_loss"].get<double>(), 1e-7);
  expect_tensors("dpo.gradient.zero.", policy->gradients(), close);
  for (const nn::StateTensor& tensor : policy->gradients()) {
    if (tensor.name.find("lora_A") == std::string::npos) continue;
    for (const float value : tensor.values) EXPECT_EQ(value, 0.0f) << tensor.name;
  }
}

TEST_P(TrlGolden, TenStepsOfEachPreferenceRun) {
  ASSERT_EQ(expected["dpo"]["runs"].size(), 4u);
  for (const auto& [name, run] : expected["dpo"]["runs"].items()) {
    SCOPED_TRACE(name);
    const auto policy = trainer(run["adapter"], run["weight_decay"]);
    DpoObjective objective(pairs, reference(*policy, run["reference"] == "base" ? "base" : "sft"), {});
    expect_ten_steps(*policy, pairs, objective, run["steps"]);
    if (name == "base_decay") expect_tensors("dpo.final.base_decay.", tensors_of(policy->adapter()), close_after_steps);
  }
}

TEST_P(TrlGolden, RepliesThatDoNotShareTheirPromptGiveTheSame) {
  std::vector<Example> apart;
  for (const Example& pair : pairs) {
    const auto rows = unshared(pair[0]);
    apart.emplace_back(rows.begin(), rows.end());
  }
  const auto policy = trainer();
  DpoObjective objective(apart, reference(*policy, "base"), {});
  const std::vector<Metric> metrics = accumulate(*policy, apart, objective, first_rows(apart.size()));
  EXPECT_NEAR(value_of(metrics, "loss"), expected["dpo"]["losses"]["sigmoid"].get<double>(), close);
  expect_tensors("dpo.gradient.sigmoid.", policy->gradients(), close);
}

TEST_P(TrlGolden, SftLossesLogprobsAndGradients) {
  for (const std::string form : {"completions", "conversations"}) {
    SCOPED_TRACE(form);
    const std::vector<Example> examples = sft_examples(form);
    const auto policy = trainer();
    SftObjective objective(examples);
    const std::vector<Metric> metrics = accumulate(*policy, examples, objective, first_rows(examples.size()));
    EXPECT_NEAR(value_of(metrics, "loss"), expected["sft"][form]["loss"].get<double>(),
                close * scale_of(expected["sft"][form]["loss"]));
    if (form == "completions") expect_tensors("sft.gradient.", policy->gradients(), close);
    for (size_t i = 0; i < examples.size(); ++i) {
      const std::vector<nn::RowValues> logprobs = policy->logprobs(examples[i]);
      const double sum = std::accumulate(logprobs[0][0].begin(), logprobs[0][0].end(), 0.0);
      const double theirs = expected["sft"][form]["rows"][i]["logps"];
      EXPECT_NEAR(sum, theirs, close * scale_of(theirs)) << i;
    }
  }
}

double norm_of(const std::vector<nn::StateTensor>& tensors) {
  double squares = 0;
  for (const nn::StateTensor& tensor : tensors)
    for (const float value : tensor.values) squares += static_cast<double>(value) * value;
  return std::sqrt(squares);
}

/// Of the same tensors in the same order.
std::vector<nn::StateTensor> difference(std::vector<nn::StateTensor> a, const std::vector<nn::StateTensor>& b) {
  for (size_t i = 0; i < a.size(); ++i)
    for (size_t k = 0; k < a[i].values.size(); ++k) a[i].values[k] -= b[i].values[k];
  return a;
}

// A bfloat16 is rounded by up to 2^-9, some fifty times between a token and the gradients, and the roundings do not all
// go one way: the gradient was 2 % off (its norm), the loss, a mean over hundreds of tokens, 0.02 %. Twice that and
// more.
TEST_P(TrlGolden, BFloat16GivesNearlyTheSameLossAndGradient) {
  const std::vector<Example> examples = sft_examples("completions");
  const auto wide = trainer(), narrow = trainer("adapter", 0, "bfloat16");
  SftObjective objective(examples);
  const auto loss_of = [&](nn::LoraTrainer& policy) {
    return value_of(accumulate(policy, examples, objective, first_rows(examples.size())), "loss");
  };
  const double loss = loss_of(*wide), near = loss_of(*narrow);
  EXPECT_NEAR(near, loss, 2e-3 * loss);
  EXPECT_NE(near, loss) << "computed in float32";
  EXPECT_LT(norm_of(difference(narrow->gradients(), wide->gradients())), 0.05 * norm_of(wide->gradients()));
}

// AdamW's first step moves each value by the learning rate, here less than a bfloat16 of its size can tell.
TEST_P(TrlGolden, BesideBFloat16AdapterAndOptimizerStayFloat32) {
  const std::vector<Example> examples = sft_examples("completions");
  const auto policy = trainer("adapter", 0, "bfloat16");
  SftObjective objective(examples);
  accumulate(*policy, examples, objective, first_rows(examples.size()));
  const std::vector<nn::StateTensor> gradients = policy->gradients(), before = tensors_of(policy->adapter());
  policy->step(1e-5, 0);
  for (const nn::StateTensor& moved : difference(tensors_of(policy->adapter()), before))
    for (const float by : moved.values) EXPECT_NEAR(std::abs(by), 1e-5, 1e-6) << moved.name;
  const std::vector<nn::StateTensor> state = policy->optimizer_state();  // steps, then two of each parameter
  ASSERT_EQ(state.size(), 1 + 2 * gradients.size());
  for (size_t i = 0; i < gradients.size(); ++i) {
    const nn::StateTensor& mean = state[1 + 2 * i];
    EXPECT_EQ(mean.name, "exp_avg." + gradients[i].name);
    for (size_t k = 0; k < mean.values.size(); ++k)
      EXPECT_NEAR(mean.values[k], 0.1 * gradients[i].values[k], 1e-6 * std::abs(gradients[i].values[k])) << mean.name;
  }
}

TEST_P(TrlGolden, TenStepsOfEachSftRun) {
  ASSERT_EQ(expected["sft"]["runs"].size(), 2u);
  for (const auto& [name, run] : expected["sft"]["runs"].items()) {
    SCOPED_TRACE(name);
    const std::vector<Example> examples = sft_examples("completions");
    const auto policy = trainer(run["adapter"], run["weight_decay"]);
    SftObjective objective(examples);
    // The loop counts tokens (fit_test.cpp); a trainer never sees which token is the likeliest.
    expect_ten_steps(*policy, examples, objective, run["steps"], {"num_tokens", "mean_token_accuracy"});
    if (name == "decay") expect_tensors("sft.final.decay.", tensors_of(policy->adapter()), close_after_steps);
  }
}

INSTANTIATE_TEST_SUITE_P(Models, TrlGolden, testing::Values("llama", "qwen2"),
                         [](const auto& model) { return std::string(model.param); });

}  // namespace
}  // namespace counterpoint::persuasion
