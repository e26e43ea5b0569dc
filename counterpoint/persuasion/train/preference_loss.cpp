#include "counterpoint/persuasion/train/preference_loss.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "counterpoint/core/error.h"

namespace counterpoint::persuasion {
namespace {

double sigmoid(double x) { return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x)); }

double log_sigmoid(double x) { return std::min(x, 0.0) - std::log1p(std::exp(-std::abs(x))); }

double sum_of(const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

/// The branches of all rows, one after another: those of pair i are 2 i and 2 i + 1, in both forms of pairs.
template <class Rows>
auto branches_of(Rows& rows) {
  std::vector<decltype(&rows[0][0])> out;
  for (auto& row : rows)
    for (auto& branch : row) out.push_back(&branch);
  COUNTERPOINT_ASSERT(out.size() % 2 == 0);
  return out;
}

void check(const PreferenceLossSettings& settings) {
  const auto& [kind, beta, smoothing, weight] = settings;
  if (!(beta > 0) || !std::isfinite(beta)) fail("beta is {}, more than 0 was expected", beta);
  if (!(smoothing >= 0 && smoothing < 0.5)) fail("the label smoothing is {}; 0 to below 0.5 was expected", smoothing);
  if (smoothing > 0 && kind != "sigmoid" && kind != "robust")
    fail("the loss '{}' has no label smoothing ({} is set); 'sigmoid' and 'robust' have", kind, smoothing);
  if (!(weight >= 0) || !std::isfinite(weight)) fail("the SFT term's weight is {}, 0 or more was expected", weight);
}

}  // namespace

std::vector<std::string> preference_loss_names() { return {"sigmoid", "ipo", "hinge", "robust"}; }

StepTotals totals_of(std::span<const nn::TrainRow> rows) {
  std::int64_t branches = 0, chosen_tokens = 0;
  for (const nn::TrainRow& row : rows)
    for (const nn::TrainBranch& branch : row.branches)
      if (branches++ % 2 == 0) chosen_tokens += std::count(branch.trained.begin(), branch.trained.end(), 1);
  COUNTERPOINT_ASSERT(branches % 2 == 0);
  return {branches / 2, chosen_tokens};
}

std::vector<PairLogprobs> pair_sums(std::span<const nn::RowValues> logprobs) {
  const auto branches = branches_of(logprobs);
  std::vector<PairLogprobs> out(branches.size() / 2);
  for (size_t i = 0; i < out.size(); ++i) out[i] = {sum_of(*branches[2 * i]), sum_of(*branches[2 * i + 1])};
  return out;
}

PreferenceMetrics& PreferenceMetrics::operator+=(const PreferenceMetrics& part) {
  loss += part.loss;
  rewards_chosen += part.rewards_chosen;
  rewards_rejected += part.rewards_rejected;
  accuracy += part.accuracy;
  margin += part.margin;
  logps_chosen += part.logps_chosen;
  logps_rejected += part.logps_rejected;
  return *this;
}

std::vector<train::Metric> PreferenceMetrics::named() const {
  return {{"loss", loss},
          {"rewards/chosen", rewards_chosen},
          {"rewards/rejected", rewards_rejected},
          {"rewards/accuracies", accuracy},
          {"rewards/margins", margin},
          {"logps/chosen", logps_chosen},
          {"logps/rejected", logps_rejected}};
}

PreferenceLoss::PreferenceLoss(const PreferenceLossSettings& settings) : settings_(settings) {
  const std::vector<std::string> names = preference_loss_names();
  const auto found = std::find(names.begin(), names.end(), settings.kind);
  if (found == names.end()) fail("unknown preference loss '{}'{}", settings.kind, suggestion(settings.kind, names));
  kind_ = static_cast<Kind>(found - names.begin());
  check(settings);
}

PreferenceResult PreferenceLoss::of(std::span<const nn::RowValues> policy, std::span<const PairLogprobs> reference,
                                    const StepTotals& step) const {
  COUNTERPOINT_ASSERT(step.pairs > 0 && step.chosen_tokens > 0);
  PreferenceResult result{.derivatives = {policy.begin(), policy.end()}};
  const auto branches = branches_of(result.derivatives);  // they hold the log-probabilities until a pair is done
  COUNTERPOINT_ASSERT(branches.size() == 2 * reference.size());
  const double share = 1.0 / static_cast<double>(step.pairs);
  const double sft = settings_.sft_weight / static_cast<double>(step.chosen_tokens);
  for (size_t i = 0; i < reference.size(); ++i) {
    std::vector<double>&chosen = *branches[2 * i], &rejected = *branches[2 * i + 1];
    const PairLogprobs logps{sum_of(chosen), sum_of(rejected)};
    const Reply good{logps.chosen - reference[i].chosen, static_cast<double>(chosen.size())};
    const Reply bad{logps.rejected - reference[i].rejected, static_cast<double>(rejected.size())};
    const Slope slope = pair_loss(good, bad);
    const double rewards[] = {settings_.beta * good.logratio, settings_.beta * bad.logratio};
    result.part += {.loss = share * slope.loss - sft * logps.chosen,
                    .rewards_chosen = share * rewards[0],
                    .rewards_rejected = share * rewards[1],
                    .accuracy = rewards[0] > rewards[1] ? share : 0,
                    .margin = share * (rewards[0] - rewards[1]),
                    .logps_chosen = share * logps.chosen,
                    .logps_rejected = share * logps.rejected};
    const bool by_token = kind_ == Kind::ipo;
    std::fill(chosen.begin(), chosen.end(), share * slope.by_delta / (by_token ? good.tokens : 1) - sft);
    std::fill(rejected.begin(), rejected.end(), -share * slope.by_delta / (by_token ? bad.tokens : 1));
  }
  return result;
}

PreferenceLoss::Slope PreferenceLoss::pair_loss(const Reply& chosen, const Reply& rejected) const {
  if (kind_ == Kind::ipo) return of_delta(chosen.logratio / chosen.tokens - rejected.logratio / rejected.tokens);
  return of_delta(chosen.logratio - rejected.logratio);
}

PreferenceLoss::Slope PreferenceLoss::of_delta(double delta) const {
  const double beta = settings_.beta, e = settings_.label_smoothing, z = beta * delta;
  switch (kind_) {
    case Kind::sigmoid:
      return {-(1 - e) * log_sigmoid(z) - e * log_sigmoid(-z), beta * (e * sigmoid(z) - (1 - e) * sigmoid(-z))};
    case Kind::robust:
      return {(e * log_sigmoid(-z) - (1 - e) * log_sigmoid(z)) / (1 - 2 * e),
              -beta * ((1 - e) * sigmoid(-z) + e * sigmoid(z)) / (1 - 2 * e)};
    case Kind::hinge:
      return {std::max(0.0, 1 - z), z < 1 ? -beta : 0};
    case Kind::ipo: {
      const double off = delta - 1 / (2 * beta);
      return {off * off, 2 * off};
    }
  }
  COUNTERPOINT_ASSERT(false);
}

double PreferenceLoss::at_start() const { return of_delta(0).loss; }

}  // namespace counterpoint::persuasion
