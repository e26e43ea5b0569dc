#include "counterpoint/persuasion/train/sft_loss.h"

#include "counterpoint/core/error.h"

namespace counterpoint::persuasion {

SftLoss sft_loss(std::span<const nn::RowValues> logprobs, std::span<const RowWeights> weights,
                 double trained_weight_of_step) {
  COUNTERPOINT_ASSERT(trained_weight_of_step > 0 && logprobs.size() == weights.size());
  SftLoss out{.derivatives = {logprobs.begin(), logprobs.end()}};
  for (size_t row = 0; row < weights.size(); ++row)
    for (size_t branch = 0; branch < weights[row].size(); ++branch) {
      const double each = -weights[row][branch] / trained_weight_of_step;
      for (double& value : out.derivatives[row][branch]) {
        out.loss += value * each;
        value = each;
      }
    }
  return out;
}

}  // namespace counterpoint::persuasion
