// The training loop: batches, steps, evaluations, checkpoints; a run that is stopped goes on as if it had not been.
#pragma once
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "counterpoint/core/progress.h"
#include "counterpoint/train/batches.h"
#include "counterpoint/train/objective.h"
#include "counterpoint/train/schedule.h"

namespace counterpoint::train {

struct FitSettings {
  std::filesystem::path run_folder;
  BatchSettings batches;           ///< `rows` is filled in
  MicroBatchLimits micro;          ///< of what is computed at once; any value gives the same step
  ScheduleSettings schedule;       ///< `total_steps` is filled in
  double max_grad_norm = 1;        ///< 0 = no clipping
  std::int64_t logging_steps = 1;  ///< which a line of metrics.jsonl stands for: the objective's metrics are their mean
  std::int64_t eval_steps = 0;     ///< 0 = at the end of each epoch
  std::int64_t save_steps = 0;     ///< 0 = whenever it is evaluated, else at the end of each epoch
  int save_total_limit = 2;        ///< checkpoints kept, the best one besides; 0 = all
  std::string best_metric;         ///< among what `evaluate` returns; "" = the last step is as good as any
  bool greater_is_better = false;
  int patience = 0;  ///< evaluations without a better value after which the run ends; 0 = never
};

struct FitHooks {
  /// Metrics on held-out data; empty function: none. May throw Interrupted: the run is saved and returns, and measures
  /// when it goes on.
  std::function<std::vector<Metric>(nn::LoraTrainer&)> evaluate;
  std::function<void(std::int64_t step, const std::vector<Metric>&)> on_step;  ///< each step's own metrics
  std::function<void(const std::string&)> note;                                ///< a line for the user
  std::function<bool()> stop;                                                  ///< true: save and return
};

struct FitResult {
  std::int64_t steps = 0, total_steps = 0;
  std::optional<std::int64_t> best_step;  ///< what the run folder's adapter is from; nullopt: the last step
  std::optional<double> best_value;
  bool stopped_early = false, interrupted = false;
};

/// Trains and leaves the adapter in the run folder, beside metrics.jsonl, TensorBoard's events and checkpoints. Goes on
/// from the folder's newest checkpoint. Error: log-probabilities, derivatives of the loss or a gradient that are not
/// finite, naming step, tensor and row (of a gradient, the step's rows); a best metric or patience with nothing to
/// measure; what the schedule and the batches refuse.
FitResult fit(nn::LoraTrainer& trainer, const weights::ModelConfig& model, std::span<const Example> examples,
              Objective& objective, FitSettings settings, const FitHooks& hooks, ProgressSink& progress);

}  // namespace counterpoint::train
