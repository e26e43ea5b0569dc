// The loss of supervised fine-tuning, exact by tokens.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "counterpoint/nn/lora_trainer.h"

namespace counterpoint::persuasion {

/// A micro-batch's part of a step's loss.
struct SftLoss {
  double loss = 0;                         ///< in nats; the micro-batches' add up to the step's
  std::vector<nn::RowValues> derivatives;  ///< by each log-probability
};

/// Of each row the weights of its branches.
using RowWeights = std::vector<double>;

/// - weighted sum of log-probabilities / trained weight of the whole step: however a step is split, each token counts
/// alike but for its branch's weight.
SftLoss sft_loss(std::span<const nn::RowValues> logprobs, std::span<const RowWeights> weights,
                 double trained_weight_of_step);

}  // namespace counterpoint::persuasion
