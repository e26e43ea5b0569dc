// The loss beside TRL's own (tests/golden/train): values, derivatives, metrics, and the sums of micro-batches.
#include "counterpoint/persuasion/train/preference_loss.h"

#include <cmath>
#include <map>

#include "counterpoint/data/jsonl.h"
#include "counterpoint/persuasion/train/sft_loss.h"
#include "counterpoint/train/objective.h"
#include "tests/support/support.h"

namespace counterpoint::persuasion {
namespace {
using data::Json;
using test::error_of;
using test::expect_contains;

PreferenceLossSettings settings_of(const Json& at) {
  return {
      .kind = at["kind"], .beta = at["beta"], .label_smoothing = at["label_smoothing"], .sft_weight = at["sft_weight"]};
}

struct Batch {
  std::vector<nn::RowValues> policy;
  std::vector<PairLogprobs> reference;
  StepTotals totals;
};

Batch golden_batch(const Json& pairs) {
  Batch batch;
  for (const Json& pair : pairs) {
    batch.policy.push_back(pair["policy"].get<nn::RowValues>());
    batch.reference.push_back({pair["reference"][0], pair["reference"][1]});
    ++batch.totals.pairs;
    batch.totals.chosen_tokens += std::ssize(batch.policy.back()[0]);
  }
  return batch;
}

std::map<std::string, double> by_name(const PreferenceMetrics& metrics) {
  std::map<std::string, double> out;
  for (const train::Metric& metric : metrics.named()) out[metric.name] = metric.value;
  return out;
}

void expect_near(const std::vector<nn::RowValues>& got, const std::vector<nn::RowValues>& expected, double tolerance) {
  ASSERT_EQ(got.size(), expected.size());
  for (size_t row = 0; row < got.size(); ++row) {
    ASSERT_EQ(got[row].size(), expected[row].size());
    for (size_t branch = 0; branch < got[row].size(); ++branch) {
      ASSERT_EQ(got[row][branch].size(), expected[row][branch].size());
      for (size_t i = 0; i < got[row][branch].size(); ++i)
        EXPECT_NEAR(got[row][branch][i], expected[row][branch][i], tolerance) << row << " " << branch << " " << i;
    }
  }
}

TEST(PreferenceLoss, IsTrlsWithItsDerivativesAndMetrics) {
  const Json golden = data::read_json(test::golden("train/losses.json"));
  const Batch batch = golden_batch(golden["pairs"]);
  for (const Json& expected : golden["cases"]) {
    SCOPED_TRACE(fmt::format("{} beta {} smoothing {} sft {}", expected["kind"].dump(), expected["beta"].dump(),
                             expected["label_smoothing"].dump(), expected["sft_weight"].dump()));
    const PreferenceResult got = PreferenceLoss(settings_of(expected)).of(batch.policy, batch.reference, batch.totals);
    const double scale = std::max(1.0, std::abs(expected["loss"].get<double>()));
    EXPECT_NEAR(got.part.loss, expected["loss"].get<double>(), 1e-12 * scale);
    // TRL keeps the accuracy in float32.
    for (const auto& metric : expected["metrics"].items())
      EXPECT_NEAR(by_name(got.part).at(metric.key()), metric.value().get<double>(), 1e-7) << metric.key();
    expect_near(got.derivatives, expected["derivatives"].get<std::vector<nn::RowValues>>(), 1e-12);
  }
  EXPECT_EQ(golden["cases"].size(), 9u);
}

TEST(PreferenceLoss, IsTrlsOnModels) {
  for (const char* model : {"llama", "qwen2"}) {
    const Json dpo = data::read_json(test::golden(fmt::format("train/trl/{}/expected.json", model)))["dpo"];
    Batch batch;  // one token a reply carries the reply's sum; ipo and SFT need the true lengths and are tested above
    for (const Json& row : dpo["rows"]) {
      batch.policy.push_back({{row["logps_chosen"]}, {row["logps_rejected"]}});
      batch.reference.push_back({row["ref_logps_chosen"], row["ref_logps_rejected"]});
    }
    batch.totals = {std::ssize(batch.policy), std::ssize(batch.policy)};
    for (const char* kind : {"sigmoid", "hinge", "robust"}) {
      const PreferenceLoss loss(
          {.kind = kind,
           .beta = dpo["beta"],
           .label_smoothing = kind == std::string("robust") ? dpo["label_smoothing"].get<double>() : 0});
      const PreferenceMetrics got = loss.of(batch.policy, batch.reference, batch.totals).part;
      EXPECT_NEAR(got.loss, dpo["losses"][kind].get<double>(), 1e-5) << kind;
      for (const auto& metric : dpo["metrics"].items())
        EXPECT_NEAR(by_name(got).at(metric.key()), metric.value().get<double>(), 3e-5) << metric.key();
    }
  }
}

TEST(PreferenceLoss, DerivativesAreThoseOfTheLoss) {
  const Json golden = data::read_json(test::golden("train/losses.json"));
  for (const Json& at : golden["cases"]) {
    const PreferenceLoss loss(settings_of(at));
    Batch batch = golden_batch(golden["pairs"]);
    const auto derivatives = loss.of(batch.policy, batch.reference, batch.totals).derivatives;
    constexpr double step = 1e-4;
    for (size_t row = 0; row < batch.policy.size(); ++row)
      for (const size_t branch : {0, 1}) {
        double& value = batch.policy[row][branch].back();
        const double before = value;
        double sides[2];
        for (const int side : {0, 1}) {
          value = before + (side == 0 ? -step : step);
          sides[side] = loss.of(batch.policy, batch.reference, batch.totals).part.loss;
        }
        value = before;
        EXPECT_NEAR((sides[1] - sides[0]) / (2 * step), derivatives[row][branch].back(), 1e-7) << at["kind"];
      }
  }
}

TEST(PreferenceLoss, MicroBatchesAddUpInEitherFormOfPairs) {
  const Json golden = data::read_json(test::golden("train/losses.json"));
  const Batch batch = golden_batch(golden["pairs"]);
  for (const Json& at : golden["cases"]) {
    const PreferenceLoss loss(settings_of(at));
    const PreferenceResult whole = loss.of(batch.policy, batch.reference, batch.totals);
    PreferenceMetrics sum;
    std::vector<nn::RowValues> derivatives;
    const std::span<const PairLogprobs> reference = batch.reference;
    for (size_t i = 0; i < batch.policy.size(); ++i) {  // each pair alone, as two rows of one branch
      const std::vector<nn::RowValues> rows = {{batch.policy[i][0]}, {batch.policy[i][1]}};
      const PreferenceResult part = loss.of(rows, reference.subspan(i, 1), batch.totals);
      sum += part.part;
      derivatives.push_back({part.derivatives[0][0], part.derivatives[1][0]});
    }
    EXPECT_NEAR(sum.loss, whole.part.loss, 1e-12 * std::max(1.0, whole.part.loss));
    EXPECT_EQ(by_name(sum).size(), 7u);
    for (const auto& [name, value] : by_name(whole.part))
      EXPECT_NEAR(by_name(sum).at(name), value, 1e-12 * std::max(1.0, std::abs(value))) << name;
    EXPECT_EQ(derivatives, whole.derivatives);
  }
}

TEST(PreferenceLoss, StartsAtLnTwo) {
  const std::vector<nn::RowValues> policy = {{{-1, -2}, {-3}}, {{-5}, {-0.5, -0.25}}};
  const std::vector<PairLogprobs> same = pair_sums(policy);
  EXPECT_EQ(same[0].chosen, -3);
  EXPECT_EQ(same[1].rejected, -0.75);
  const std::map<std::string, double> starts = {
      {"sigmoid", std::log(2)}, {"robust", std::log(2)}, {"hinge", 1}, {"ipo", 25}};
  for (const std::string& kind : preference_loss_names()) {
    const PreferenceLoss loss({.kind = kind, .beta = 0.1});
    EXPECT_NEAR(loss.at_start(), starts.at(kind), 1e-12);
    const PreferenceMetrics got = loss.of(policy, same, {2, 3}).part;
    EXPECT_NEAR(got.loss, loss.at_start(), 1e-12);
    EXPECT_EQ(got.rewards_chosen, 0);
    EXPECT_EQ(got.accuracy, 0);  // as TRL: equal rewards are no success
  }
}

TEST(PreferenceLoss, HugeMarginsStayFinite) {
  const std::vector<nn::RowValues> policy = {{{-1}, {-90000}}, {{-90000}, {-1}}};
  const std::vector<PairLogprobs> reference = {{-90000, -1}, {-1, -90000}};
  for (const std::string& kind : preference_loss_names()) {
    const PreferenceResult got = PreferenceLoss({.kind = kind, .beta = 1}).of(policy, reference, {2, 2});
    EXPECT_TRUE(std::isfinite(got.part.loss)) << kind;
    EXPECT_FALSE(train::first_not_finite(got.derivatives)) << kind;
  }
}

TEST(PreferenceLoss, TotalsOfRowsInBothForms) {
  const nn::TrainBranch chosen{{1, 2, 3}, {1, 0, 1}}, rejected{{4}, {1}};
  const std::vector<nn::TrainRow> shared = {{.prefix = {9}, .branches = {chosen, rejected}}};
  const std::vector<nn::TrainRow> apart = {{.prefix = {9}, .branches = {chosen}},
                                           {.prefix = {9}, .branches = {rejected}}};
  for (const auto& rows : {shared, apart}) {
    EXPECT_EQ(totals_of(rows).pairs, 1);
    EXPECT_EQ(totals_of(rows).chosen_tokens, 2);
  }
}

TEST(PreferenceLoss, WrongSettings) {
  const auto refusal = [](const PreferenceLossSettings& settings) {
    return error_of([&] { PreferenceLoss{settings}; });
  };
  expect_contains(refusal({.kind = "sigmod"}), "'sigmod' (did you mean 'sigmoid'?)");
  expect_contains(refusal({.kind = "kto"}), "known: sigmoid, ipo, hinge, robust");
  expect_contains(refusal({.beta = 0}), "beta is 0");
  expect_contains(refusal({.kind = "robust", .label_smoothing = 0.5}), "label smoothing is 0.5");
  expect_contains(refusal({.kind = "ipo", .label_smoothing = 0.1}), "'ipo' has no label smoothing");
  expect_contains(refusal({.sft_weight = -1}), "weight is -1");
}

TEST(SftLoss, CountsTokensAlikeHoweverAStepIsSplit) {
  const std::vector<nn::RowValues> rows = {{{-1, -2, -3}}, {{-10}}};
  const std::vector<RowWeights> ones{{1}, {1}};
  const SftLoss whole = sft_loss(rows, ones, 4);
  EXPECT_DOUBLE_EQ(whole.loss, 4.0);
  const std::vector<nn::RowValues> quarter = {{{-0.25, -0.25, -0.25}}, {{-0.25}}};
  EXPECT_EQ(whole.derivatives, quarter);
  const std::span<const nn::RowValues> all = rows;
  const std::span<const RowWeights> weights = ones;
  EXPECT_DOUBLE_EQ(sft_loss(all.first(1), weights.first(1), 4).loss + sft_loss(all.last(1), weights.last(1), 4).loss,
                   whole.loss);
}

TEST(SftLoss, ABranchCountsByItsWeight) {
  const std::vector<nn::RowValues> rows = {{{-1, -3}, {-8}}};
  const std::vector<RowWeights> weights{{0.5, 0.25}};
  const SftLoss loss = sft_loss(rows, weights, 1.25);
  EXPECT_DOUBLE_EQ(loss.loss, (0.5 * 4 + 0.25 * 8) / 1.25);
  EXPECT_EQ(loss.derivatives, (std::vector<nn::RowValues>{{{-0.4, -0.4}, {-0.2}}}));
}

TEST(SftLoss, FindsTheRowThatIsNotFinite) {
  EXPECT_FALSE(train::first_not_finite(std::vector<nn::RowValues>{{{-1}}, {{-2}, {}}}));
  EXPECT_EQ(train::first_not_finite(std::vector<nn::RowValues>{{{-1}}, {{-2}, {-3, NAN}}, {{INFINITY}}}), 1u);
}

}  // namespace
}  // namespace counterpoint::persuasion
