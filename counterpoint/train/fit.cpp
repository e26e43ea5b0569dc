#include "counterpoint/train/fit.h"

#include <fmt/ranges.h>

#include <chrono>
#include <cmath>
#include <numeric>

#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/core/interrupt.h"
#include "counterpoint/train/checkpoint.h"
#include "counterpoint/train/metrics.h"
#include "counterpoint/train/run_state.h"

namespace counterpoint::train {
namespace {

using Clock = std::chrono::steady_clock;

/// Rows that a message names.
constexpr size_t most_named = 5;

double value_of(const std::vector<Metric>& metrics, const std::string& name) {
  std::vector<std::string> names;
  for (const Metric& metric : metrics) {
    if (metric.name == name) return metric.value;
    names.push_back(metric.name);
  }
  fail("no metric '{}'{}", name, suggestion(name, names));
}

std::vector<Metric> joined(std::vector<Metric> metrics, const std::vector<Metric>& more) {
  metrics.insert(metrics.end(), more.begin(), more.end());
  return metrics;
}

class Loop {
 public:
  Loop(nn::LoraTrainer& trainer, const weights::ModelConfig& model, std::span<const Example> examples,
       Objective& objective, const FitSettings& settings, const FitHooks& hooks, ProgressSink& progress)
      : trainer_(trainer),
        model_(model),
        examples_(examples),
        objective_(objective),
        settings_(settings),
        hooks_(hooks),
        progress_(progress),
        plan_(settings.batches),
        rate_(settings.schedule) {}

  FitResult run() {
    resume();
    MetricLog log(settings_.run_folder, steps_ > 0 ? std::optional(steps_) : std::nullopt);
    log_ = &log;
    progress_.update(steps_, plan_.total_steps(), "");
    try {
      train();
    } catch (const Interrupted&) {
      save();
      progress_.finish();
      return result(/*interrupted=*/true);
    }
    progress_.finish();
    finish();
    return result(/*interrupted=*/false);
  }

 private:
  void train() {
    if (steps_ == 0 && hooks_.evaluate && !settings_.best_metric.empty()) measure();
    if (state_.unmeasured) measure();
    while (!at_end() && !state_.stopped_early) {
      step();
      const bool measured = evaluation_due() && measure();
      if (state_.stopped_early && !state_.unlogged.empty()) log_->write(steps_, state_.unlogged.take());
      if (save_due(measured)) save();
      if (hooks_.stop && hooks_.stop() && !at_end()) throw Interrupted{};
    }
  }

  bool at_end() const { return steps_ >= plan_.total_steps(); }

  void resume() {
    FoundCheckpoint found = latest_checkpoint(settings_.run_folder);
    for (const std::string& line : found.notes) note(line);
    if (!found.folder) return;
    const Checkpoint checkpoint = read_checkpoint(*found.folder, model_);
    trainer_.set_adapter(checkpoint.adapter);
    trainer_.set_optimizer_state(checkpoint.optimizer);
    steps_ = checkpoint.step;
    saved_ = checkpoint.step;
    state_ = RunState::from_json(checkpoint.state);
    note(fmt::format("going on from {} ({} of {} steps)", found.folder->string(), steps_, plan_.total_steps()));
  }

  void step() {
    const Clock::time_point begun = Clock::now();
    const std::vector<size_t> batch = batch_of(steps_);
    std::vector<std::int64_t> tokens;
    for (const size_t example : batch) tokens.push_back(tokens_of(example));
    objective_.begin(batch);
    for (const std::vector<size_t>& part : micro_batches(tokens, settings_.micro)) {
      std::vector<size_t> chosen;
      for (const size_t index : part) chosen.push_back(batch[index]);
      compute(chosen);
    }
    const double rate = rate_.at(steps_);
    const std::vector<Metric> metrics = objective_.finish();
    const double norm = optimizer_step(rate, batch);
    ++steps_;
    state_.tokens += sequence_tokens(batch);
    tell(metrics, {{"grad_norm", norm},
                   {"learning_rate", rate},
                   {"num_tokens", static_cast<double>(state_.tokens)},
                   {"epoch", plan_.epochs_after(steps_)}});
    computed_tokens_ += std::accumulate(tokens.begin(), tokens.end(), std::int64_t{0});
    in_steps_ += Clock::now() - begun;
    progress_.update(steps_, plan_.total_steps(),
                     fmt::format("loss {:.4f}, {:.0f} tokens/s", value_of(metrics, "loss"), tokens_per_second()));
  }

  /// `metrics` are averaged over the steps that a line of the log stands for, `last` are those of its last step.
  void tell(const std::vector<Metric>& metrics, const std::vector<Metric>& last) {
    state_.unlogged.add(metrics, last);
    if (steps_ % settings_.logging_steps == 0 || at_end()) log_->write(steps_, state_.unlogged.take());
    if (hooks_.on_step) hooks_.on_step(steps_, joined(metrics, last));
  }

  std::vector<size_t> batch_of(std::int64_t step) const {
    const std::vector<std::int64_t> drawn = plan_.rows_of(step);
    return {drawn.begin(), drawn.end()};
  }

  /// Of whole sequences, as TRL counts them: a prompt once for each of its replies.
  std::int64_t sequence_tokens(const std::vector<size_t>& batch) const {
    std::int64_t tokens = 0;
    for (const size_t example : batch)
      for (const nn::TrainRow& row : examples_[example]) tokens += row.unshared_tokens();
    return tokens;
  }

  double tokens_per_second() const {
    return static_cast<double>(computed_tokens_) / std::max(std::chrono::duration<double>(in_steps_).count(), 1e-9);
  }

  std::int64_t tokens_of(size_t example) const {
    std::int64_t tokens = 0;
    for (const nn::TrainRow& row : examples_[example]) tokens += row.tokens();
    return tokens;
  }

  void compute(const std::vector<size_t>& chosen) {
    std::vector<nn::TrainRow> rows;
    for (const size_t example : chosen) rows.insert(rows.end(), examples_[example].begin(), examples_[example].end());
    trainer_.accumulate(rows, static_cast<std::uint64_t>(steps_), [&](const std::vector<nn::RowValues>& logprobs) {
      check_finite("log-probabilities", rows, logprobs);
      std::vector<nn::RowValues> slopes = objective_.derivatives(chosen, logprobs);
      check_finite("derivatives of the loss", rows, slopes);
      return slopes;
    });
  }

  void check_finite(const char* what, const std::vector<nn::TrainRow>& rows,
                    const std::vector<nn::RowValues>& values) const {
    if (const auto row = first_not_finite(values))
      fail("step {}: row '{}': its {} are not finite; the last checkpoint is safe", steps_ + 1, rows[*row].id, what);
  }

  /// A gradient is a sum over the step's rows: which of them is at fault cannot be told.
  double optimizer_step(double rate, const std::vector<size_t>& batch) {
    try {
      return trainer_.step(rate, settings_.max_grad_norm);
    } catch (const Error& error) {
      fail("step {}: {}: {}; the last checkpoint is safe", steps_ + 1, names_of(batch), error.what());
    }
  }

  /// "rows 'train.jsonl:3', 'train.jsonl:17' and 78 more".
  std::string names_of(const std::vector<size_t>& batch) const {
    std::vector<std::string> names;
    for (size_t i = 0; i < std::min(most_named, batch.size()); ++i)
      names.push_back(fmt::format("'{}'", examples_[batch[i]].front().id));
    const size_t more = batch.size() - names.size();
    return fmt::format("rows {}{}", fmt::join(names, ", "), more > 0 ? fmt::format(" and {} more", more) : "");
  }

  bool evaluation_due() const {
    if (!hooks_.evaluate) return false;
    const std::int64_t every = settings_.eval_steps > 0 ? settings_.eval_steps : plan_.steps_per_epoch();
    return steps_ % every == 0 || at_end();
  }

  bool measure() {
    state_.unmeasured = true;  // should it be interrupted
    const std::vector<Metric> metrics = hooks_.evaluate(trainer_);
    state_.unmeasured = false;
    log_->write(steps_, metrics);
    if (hooks_.on_step) hooks_.on_step(steps_, metrics);
    if (!settings_.best_metric.empty()) look_for_gain(value_of(metrics, settings_.best_metric));
    return true;
  }

  void look_for_gain(double value) {
    const bool gained =
        std::isfinite(value) &&
        (!state_.best || (settings_.greater_is_better ? value > state_.best->value : value < state_.best->value));
    if (gained) {
      state_.best = {steps_, value};
      best_ = trainer_.adapter();
    }
    state_.without_gain = gained ? 0 : state_.without_gain + 1;
    state_.stopped_early = settings_.patience > 0 && state_.without_gain >= settings_.patience;
  }

  bool save_due(bool measured) const {
    if (at_end() || state_.stopped_early) return true;
    if (settings_.save_steps > 0) return steps_ % settings_.save_steps == 0;
    return hooks_.evaluate ? measured : steps_ % plan_.steps_per_epoch() == 0;
  }

  void save() {
    if (saved_ == steps_ || steps_ == 0) return;
    save_best();
    write_checkpoint(settings_.run_folder, {.step = steps_,
                                            .state = state_.to_json(),
                                            .optimizer = trainer_.optimizer_state(),
                                            .adapter = trainer_.adapter()});
    limit_checkpoints(settings_.run_folder, settings_.save_total_limit);
    saved_ = steps_;
  }

  void save_best() {
    if (best_) weights::write_adapter(settings_.run_folder / "best", *std::exchange(best_, std::nullopt));
  }

  void finish() {
    save_best();
    if (state_.best) trainer_.set_adapter(weights::read_adapter(settings_.run_folder / "best", model_));
    weights::write_adapter(settings_.run_folder, trainer_.adapter());
  }

  FitResult result(bool interrupted) const {
    FitResult result{.steps = steps_, .total_steps = plan_.total_steps()};
    if (state_.best) {
      result.best_step = state_.best->step;
      result.best_value = state_.best->value;
    }
    result.stopped_early = state_.stopped_early;
    result.interrupted = interrupted;
    return result;
  }

  void note(const std::string& line) const {
    if (hooks_.note) hooks_.note(line);
  }

  nn::LoraTrainer& trainer_;
  const weights::ModelConfig& model_;
  std::span<const Example> examples_;
  Objective& objective_;
  const FitSettings& settings_;
  const FitHooks& hooks_;
  ProgressSink& progress_;
  BatchPlan plan_;
  LearningRate rate_;
  MetricLog* log_ = nullptr;
  std::int64_t steps_ = 0;  ///< done
  RunState state_;
  std::optional<weights::Adapter> best_;  ///< better than what the run folder's `best` holds
  std::optional<std::int64_t> saved_;
  std::int64_t computed_tokens_ = 0;
  Clock::duration in_steps_{};  ///< without validation
};

}  // namespace

FitResult fit(nn::LoraTrainer& trainer, const weights::ModelConfig& model, std::span<const Example> examples,
              Objective& objective, FitSettings settings, const FitHooks& hooks, ProgressSink& progress) {
  if (settings.logging_steps < 1) fail("logging-steps is {}: expected 1 or more", settings.logging_steps);
  if (!settings.best_metric.empty() && !hooks.evaluate)
    fail("the best step is to be chosen by '{}', but there is nothing to measure it on", settings.best_metric);
  if (settings.patience > 0 && settings.best_metric.empty())
    fail("an early end after {} evaluations without a gain needs a metric that gains", settings.patience);
  make_dirs(settings.run_folder);
  settings.batches.rows = std::ssize(examples);
  settings.schedule.total_steps = BatchPlan(settings.batches).total_steps();
  return Loop(trainer, model, examples, objective, settings, hooks, progress).run();
}

}  // namespace counterpoint::train
