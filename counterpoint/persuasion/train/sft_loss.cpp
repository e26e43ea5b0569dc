#include "counterpoint/persuasion/train/sft_loss.h"

#include "counterpoint/core/error.h"

namespace counterpoint::persuasion {

SftLoss sft_loss(std::span<const nn::RowValues> logprobs, std::int64_t trained_tokens_of_step) {
  COUNTERPOINT_ASSERT(trained_tokens_of_step > 0);
  const double each = -1.0 / static_cast<double>(trained_tokens_of_step);
  double sum = 0;
  SftLoss out{.derivatives = {logprobs.begin(), logprobs.end()}};
  for (nn::RowValues& row : out.derivatives)
    for (std::vector<double>& branch : row)
      for (double& value : branch) {
        sum += value;
        value = each;
      }
  out.loss = sum * each;
  return out;
}

}  // namespace counterpoint::persuasion
