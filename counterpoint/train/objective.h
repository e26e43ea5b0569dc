// What a run minimises, as a function of the trained tokens' log-probabilities.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "counterpoint/nn/lora_trainer.h"
#include "counterpoint/train/event_file.h"

namespace counterpoint::train {

/// What is drawn as one: an SFT row; a preference pair (one row, or two where its replies do not share their prompt).
using Example = std::vector<nn::TrainRow>;

/// Used step by step: begin, then derivatives for parts of the step's examples in any split, then finish.
class Objective {
 public:
  virtual ~Objective() = default;
  /// The step's examples (indices), so that a mean is over all of the step whatever the split.
  virtual void begin(std::span<const size_t> examples) = 0;
  /// The step's loss derived by each log-probability; `logprobs` are those of the examples' rows, one after the other.
  /// Counts the examples for the metrics.
  virtual std::vector<nn::RowValues> derivatives(std::span<const size_t> examples,
                                                 const std::vector<nn::RowValues>& logprobs) = 0;
  /// The step's metrics under TRL's names; "loss" is among them.
  virtual std::vector<Metric> finish() = 0;
};

/// The first row with a value that is not finite.
std::optional<size_t> first_not_finite(std::span<const nn::RowValues> values);

/// The metrics over all examples without training: "eval_loss", "eval_rewards/margins", ..
std::vector<Metric> evaluate(nn::LoraTrainer& trainer, std::span<const Example> examples, Objective& objective);

}  // namespace counterpoint::train
