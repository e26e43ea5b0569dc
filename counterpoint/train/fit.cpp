#include "counterpoint/train/fit.h"

#include <chrono>
#include <cmath>
#include <numeric>

#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/core/interrupt.h"
#include "counterpoint/train/checkpoint.h"
#include "counterpoint/train/metrics.h"

namespace counterpoint::train {
namespace {

using Clock = std::chrono::steady_clock;

double value_of(const std::vector<Metric>& metrics, const std::string& name) {
  std::vector<std::string> names;
  for (const Metric& metric : metrics) {
    if (metric.name == name) return metric.value;
    names.push_back(metric.name);
  }
  fail("no metric '{}'{}", name, suggestion(name, names));
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
    result_.total_steps = plan_.total_steps();
    resume();
    MetricLog log(settings_.run_folder, result_.steps > 0 ? std::optional(result_.steps) : std::nullopt);
    log_ = &log;
    progress_.update(result_.steps, result_.total_steps, "");
    try {
      train();
    } catch (const Interrupted&) {
      return interrupt();
    }
    progress_.finish();
    finish();
    return result_;
  }

 private:
  void train() {
    if (result_.steps == 0 && hooks_.evaluate && !settings_.best_metric.empty()) measure();
    if (unmeasured_) measure();
    while (result_.steps < result_.total_steps && !ended_) {
      step();
      const bool measured = evaluation_due() && measure();
      if (save_due(measured)) save();
      if (hooks_.stop && hooks_.stop() && result_.steps < result_.total_steps) throw Interrupted{};
    }
  }

  void resume() {
    FoundCheckpoint found = latest_checkpoint(settings_.run_folder);
    for (const std::string& line : found.notes) note(line);
    if (!found.folder) return;
    const Checkpoint checkpoint = read_checkpoint(*found.folder, model_);
    trainer_.set_adapter(checkpoint.adapter);
    trainer_.set_optimizer_state(checkpoint.optimizer);
    result_.steps = checkpoint.step;
    saved_ = checkpoint.step;
    const data::Json& state = checkpoint.state;
    if (state.contains("best_step")) {
      result_.best_step = state.at("best_step").get<std::int64_t>();
      result_.best_value = state.at("best_value").get<double>();
    }
    without_gain_ = state.value("evaluations_without_gain", 0);
    ended_ = result_.stopped_early = state.value("stopped_early", false);
    unmeasured_ = state.value("unmeasured", false);
    seen_tokens_ = state.value("num_tokens", std::int64_t{0});
    note(fmt::format("going on from {} ({} of {} steps)", found.folder->string(), result_.steps, result_.total_steps));
  }

  void step() {
    const Clock::time_point begun = Clock::now();
    const std::vector<size_t> batch = batch_of(result_.steps);
    std::vector<std::int64_t> tokens;
    for (const size_t example : batch) tokens.push_back(tokens_of(example));
    objective_.begin(batch);
    for (const std::vector<size_t>& part : micro_batches(tokens, settings_.micro)) {
      std::vector<size_t> chosen;
      for (const size_t index : part) chosen.push_back(batch[index]);
      compute(chosen);
    }
    const double rate = rate_.at(result_.steps);
    std::vector<Metric> metrics = objective_.finish();
    const double norm = named_step([&] { return trainer_.step(rate, settings_.max_grad_norm); });
    ++result_.steps;
    seen_tokens_ += sequence_tokens(batch);
    metrics.insert(metrics.end(), {{"grad_norm", norm},
                                   {"learning_rate", rate},
                                   {"num_tokens", static_cast<double>(seen_tokens_)},
                                   {"epoch", plan_.epochs_after(result_.steps)}});
    if (result_.steps % settings_.logging_steps == 0 || result_.steps == result_.total_steps)
      log_->write(result_.steps, metrics);
    if (hooks_.on_step) hooks_.on_step(result_.steps, metrics);
    computed_tokens_ += std::accumulate(tokens.begin(), tokens.end(), std::int64_t{0});
    in_steps_ += Clock::now() - begun;
    progress_.update(result_.steps, result_.total_steps,
                     fmt::format("loss {:.4f}, {:.0f} tokens/s", value_of(metrics, "loss"), tokens_per_second()));
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
    trainer_.accumulate(rows, static_cast<std::uint64_t>(result_.steps), [&](const std::vector<nn::RowValues>& values) {
      check_finite(rows, values);
      return objective_.derivatives(chosen, values);
    });
  }

  void check_finite(const std::vector<nn::TrainRow>& rows, const std::vector<nn::RowValues>& values) const {
    if (const auto row = first_not_finite(values))
      fail("step {}: a log-probability of row '{}' is not finite; the last checkpoint is safe", result_.steps + 1,
           rows[*row].id);
  }

  template <class Step>
  double named_step(const Step& step) const {
    try {
      return step();
    } catch (const Error& error) {
      fail("step {}: {}; the last checkpoint is safe", result_.steps + 1, error.what());
    }
  }

  bool evaluation_due() const {
    if (!hooks_.evaluate) return false;
    const std::int64_t every = settings_.eval_steps > 0 ? settings_.eval_steps : plan_.steps_per_epoch();
    return result_.steps % every == 0 || result_.steps == result_.total_steps;
  }

  bool measure() {
    unmeasured_ = true;  // should it be interrupted
    const std::vector<Metric> metrics = hooks_.evaluate(trainer_);
    unmeasured_ = false;
    log_->write(result_.steps, metrics);
    if (hooks_.on_step) hooks_.on_step(result_.steps, metrics);
    if (settings_.best_metric.empty()) return true;
    const double value = value_of(metrics, settings_.best_metric);
    const bool gained = std::isfinite(value) &&
                        (!result_.best_value ||
                         (settings_.greater_is_better ? value > *result_.best_value : value < *result_.best_value));
    if (gained) {
      result_.best_value = value;
      result_.best_step = result_.steps;
      best_ = trainer_.adapter();
    }
    without_gain_ = gained ? 0 : without_gain_ + 1;
    ended_ = result_.stopped_early = settings_.patience > 0 && without_gain_ >= settings_.patience;
    return true;
  }

  bool save_due(bool measured) const {
    if (result_.steps == result_.total_steps || ended_) return true;
    if (settings_.save_steps > 0) return result_.steps % settings_.save_steps == 0;
    return hooks_.evaluate ? measured : result_.steps % plan_.steps_per_epoch() == 0;
  }

  void save() {
    if (saved_ == result_.steps || result_.steps == 0) return;
    Checkpoint checkpoint{
        .step = result_.steps, .optimizer = trainer_.optimizer_state(), .adapter = trainer_.adapter()};
    if (result_.best_step) {
      checkpoint.state["best_step"] = *result_.best_step;
      checkpoint.state["best_value"] = *result_.best_value;
    }
    checkpoint.state["evaluations_without_gain"] = without_gain_;
    checkpoint.state["stopped_early"] = result_.stopped_early;
    checkpoint.state["num_tokens"] = seen_tokens_;
    if (unmeasured_) checkpoint.state["unmeasured"] = true;
    if (best_) weights::write_adapter(settings_.run_folder / "best", *std::exchange(best_, std::nullopt));
    write_checkpoint(settings_.run_folder, checkpoint);
    limit_checkpoints(settings_.run_folder, settings_.save_total_limit);
    saved_ = result_.steps;
  }

  FitResult interrupt() {
    save();
    progress_.finish();
    result_.interrupted = true;
    return result_;
  }

  void finish() {
    if (best_) weights::write_adapter(settings_.run_folder / "best", *std::exchange(best_, std::nullopt));
    if (result_.best_step) trainer_.set_adapter(weights::read_adapter(settings_.run_folder / "best", model_));
    weights::write_adapter(settings_.run_folder, trainer_.adapter());
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
  FitResult result_;
  std::optional<weights::Adapter> best_;  ///< better than what the run folder's `best` holds
  std::optional<std::int64_t> saved_;
  std::int64_t seen_tokens_ = 0, computed_tokens_ = 0;
  Clock::duration in_steps_{};  ///< without validation
  int without_gain_ = 0;
  bool ended_ = false, unmeasured_ = false;
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
