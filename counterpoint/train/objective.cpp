#include "counterpoint/train/objective.h"

#include <numeric>

namespace counterpoint::train {

std::vector<Metric> evaluate(nn::LoraTrainer& trainer, std::span<const Example> examples, Objective& objective) {
  std::vector<size_t> all(examples.size());
  std::iota(all.begin(), all.end(), size_t{0});
  objective.begin(all);
  for (const size_t index : all) {
    const std::vector<nn::RowValues> logprobs = trainer.logprobs(examples[index], /*adapted=*/true);
    objective.derivatives(std::span(&index, 1), logprobs);
  }
  std::vector<Metric> metrics = objective.finish();
  for (Metric& metric : metrics) metric.name = "eval_" + metric.name;
  return metrics;
}

}  // namespace counterpoint::train
