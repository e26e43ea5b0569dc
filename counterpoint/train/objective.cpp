#include "counterpoint/train/objective.h"

#include <cmath>
#include <numeric>

namespace counterpoint::train {

std::optional<size_t> first_not_finite(std::span<const nn::RowValues> values) {
  for (size_t row = 0; row < values.size(); ++row)
    for (const std::vector<double>& branch : values[row])
      for (const double value : branch)
        if (!std::isfinite(value)) return row;
  return std::nullopt;
}

std::vector<Metric> evaluate(nn::LoraTrainer& trainer, std::span<const Example> examples, Objective& objective) {
  std::vector<size_t> all(examples.size());
  std::iota(all.begin(), all.end(), size_t{0});
  std::vector<nn::TrainRow> rows;
  for (const Example& example : examples) rows.insert(rows.end(), example.begin(), example.end());
  objective.begin(all);
  objective.derivatives(all, trainer.logprobs(rows, /*adapted=*/true));
  std::vector<Metric> metrics = objective.finish();
  for (Metric& metric : metrics) metric.name = "eval_" + metric.name;
  return metrics;
}

}  // namespace counterpoint::train
