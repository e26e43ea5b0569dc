#include "counterpoint/persuasion/train/objectives.h"

#include "counterpoint/core/error.h"
#include "counterpoint/persuasion/train/sft_loss.h"

namespace counterpoint::persuasion {

void SftObjective::begin(std::span<const size_t> examples) {
  trained_weight_ = 0;
  loss_ = 0;
  for (const size_t example : examples)
    for (const nn::TrainRow& row : examples_[example]) trained_weight_ += row.trained_weight();
}

std::vector<nn::RowValues> SftObjective::derivatives(std::span<const size_t> examples,
                                                     const std::vector<nn::RowValues>& logprobs) {
  std::vector<RowWeights> weights;
  for (const size_t example : examples)
    for (const nn::TrainRow& row : examples_[example]) {
      weights.emplace_back();
      for (const nn::TrainBranch& branch : row.branches) weights.back().push_back(branch.weight);
    }
  SftLoss part = sft_loss(logprobs, weights, trained_weight_);
  loss_ += part.loss;
  return std::move(part.derivatives);
}

std::vector<train::Metric> SftObjective::finish() { return {{"loss", loss_}}; }

DpoObjective::DpoObjective(std::span<const train::Example> examples, std::vector<PairLogprobs> reference,
                           const PreferenceLossSettings& settings)
    : examples_(examples), reference_(std::move(reference)), loss_(settings) {
  COUNTERPOINT_ASSERT(examples_.size() == reference_.size());
}

void DpoObjective::begin(std::span<const size_t> examples) {
  totals_ = {};
  metrics_ = {};
  for (const size_t example : examples) {
    const StepTotals more = totals_of(examples_[example]);
    totals_.pairs += more.pairs;
    totals_.chosen_tokens += more.chosen_tokens;
  }
}

std::vector<nn::RowValues> DpoObjective::derivatives(std::span<const size_t> examples,
                                                     const std::vector<nn::RowValues>& logprobs) {
  std::vector<PairLogprobs> reference;
  for (const size_t example : examples) reference.push_back(reference_[example]);
  PreferenceResult result = loss_.of(logprobs, reference, totals_);
  metrics_ += result.part;
  return std::move(result.derivatives);
}

std::vector<train::Metric> DpoObjective::finish() { return metrics_.named(); }

}  // namespace counterpoint::persuasion
