// The two objectives of Persuasion-Balanced Training for the training loop: SFT, then DPO (paper's Figure 2).
#pragma once
#include "counterpoint/persuasion/train/preference_loss.h"
#include "counterpoint/train/objective.h"

namespace counterpoint::persuasion {

/// Loss: mean over the trained tokens of a step, with their branches' weights. Metrics: loss.
class SftObjective final : public train::Objective {
 public:
  explicit SftObjective(std::span<const train::Example> examples) : examples_(examples) {}
  void begin(std::span<const size_t> examples) override;
  std::vector<nn::RowValues> derivatives(std::span<const size_t> examples,
                                         const std::vector<nn::RowValues>& logprobs) override;
  std::vector<train::Metric> finish() override;

 private:
  std::span<const train::Example> examples_;
  double trained_weight_ = 0;
  double loss_ = 0;
};

/// Loss: PreferenceLoss, mean over the pairs of a step. Metrics: TRL's.
class DpoObjective final : public train::Objective {
 public:
  /// `reference`: the log-probabilities of both replies of each example under the reference model.
  DpoObjective(std::span<const train::Example> examples, std::vector<PairLogprobs> reference,
               const PreferenceLossSettings& settings);
  void begin(std::span<const size_t> examples) override;
  std::vector<nn::RowValues> derivatives(std::span<const size_t> examples,
                                         const std::vector<nn::RowValues>& logprobs) override;
  std::vector<train::Metric> finish() override;

 private:
  std::span<const train::Example> examples_;
  std::vector<PairLogprobs> reference_;
  PreferenceLoss loss_;
  StepTotals totals_;
  PreferenceMetrics metrics_;
};

}  // namespace counterpoint::persuasion
