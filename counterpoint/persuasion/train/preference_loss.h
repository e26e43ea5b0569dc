// Losses of direct preference optimisation, with the definitions of TRL 1.16's DPOTrainer.
//
// delta = (log p(chosen) - log p_ref(chosen)) - (log p(rejected) - log p_ref(rejected)), sums over the trained tokens:
//   sigmoid  -log sigma(beta delta), the paper's; with label smoothing e: -(1-e) log sigma(z) - e log sigma(-z)
//   hinge    max(0, 1 - beta delta)
//   ipo      (delta' - 1 / (2 beta))^2; delta' divides each log-ratio by its reply's trained tokens
//   robust   (-(1-e) log sigma(z) + e log sigma(-z)) / (1 - 2e)
// The loss of a step is the mean over its pairs, plus sft_weight x the mean over all its chosen tokens of -log p (TRL:
// loss_type ["sigmoid", "sft"], loss_weights [1, sft_weight]). Label smoothing of sigmoid is that of earlier versions
// of TRL; 1.16 ignores it there.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "counterpoint/nn/lora_trainer.h"
#include "counterpoint/train/event_file.h"

namespace counterpoint::persuasion {

struct PreferenceLossSettings {
  std::string kind = "sigmoid";  ///< a name of preference_loss_names()
  double beta = 0.1;
  double label_smoothing = 0;  ///< of sigmoid and robust, [0, 0.5): how probable it is that a pair is the wrong way
  double sft_weight = 0;       ///< of the SFT term; 0: none
};

std::vector<std::string> preference_loss_names();

/// Log-probabilities of both replies of a pair.
struct PairLogprobs {
  double chosen = 0, rejected = 0;
};

/// What a whole optimizer step is averaged over.
struct StepTotals {
  std::int64_t pairs = 0, chosen_tokens = 0;
};

/// Pairs lie in rows as two branches (chosen, rejected), or as one branch each in rows that follow one another.
StepTotals totals_of(std::span<const nn::TrainRow> rows);

/// Sums over the tokens of each reply, e.g. of the reference's log-probabilities.
std::vector<PairLogprobs> pair_sums(std::span<const nn::RowValues> logprobs);

/// Means over the pairs of a step. A micro-batch gives its part; the parts add up.
struct PreferenceMetrics {
  double loss = 0;
  double rewards_chosen = 0, rewards_rejected = 0;  ///< beta (log p - log p_ref)
  double accuracy = 0;                              ///< chosen has the higher reward
  double margin = 0;                                ///< its reward minus the other's
  double logps_chosen = 0, logps_rejected = 0;
  PreferenceMetrics& operator+=(const PreferenceMetrics& part);
  /// Under TRL's names: "loss", "rewards/chosen", "rewards/margins", "logps/chosen", ..
  std::vector<train::Metric> named() const;
};

struct PreferenceResult {
  PreferenceMetrics part;
  std::vector<nn::RowValues> derivatives;  ///< of the step's loss by each log-probability
};

class PreferenceLoss {
 public:
  /// Error: an unknown kind, with the nearest name; beta that is not above 0; label smoothing out of range, or of a
  /// kind that has none; a negative weight.
  explicit PreferenceLoss(const PreferenceLossSettings& settings);

  /// `policy`: a micro-batch of a step, pairs as totals_of has them. `reference`: one entry a pair.
  PreferenceResult of(std::span<const nn::RowValues> policy, std::span<const PairLogprobs> reference,
                      const StepTotals& step) const;

  /// Without the SFT term, where policy and reference are the same: ln 2 for sigmoid and robust, 1 for hinge, 1 / (4
  /// beta^2) for ipo.
  double at_start() const;

 private:
  enum class Kind { sigmoid, ipo, hinge, robust };
  struct Slope {
    double loss, by_delta;
  };
  struct Reply {
    double logratio, tokens;
  };
  Slope pair_loss(const Reply& chosen, const Reply& rejected) const;
  Slope of_delta(double delta) const;

  PreferenceLossSettings settings_;
  Kind kind_;
};

}  // namespace counterpoint::persuasion
