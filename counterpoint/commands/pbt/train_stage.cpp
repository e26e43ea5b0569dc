#include "counterpoint/commands/pbt/train_stage.h"

#include <cstdio>

#include "counterpoint/commands/pbt/train_folder.h"
#include "counterpoint/commands/pbt/train_report.h"
#include "counterpoint/commands/tell.h"
#include "counterpoint/core/file_print.h"
#include "counterpoint/core/files.h"
#include "counterpoint/core/interrupt.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/nn/kernels/parallel.h"
#include "counterpoint/persuasion/question_files.h"
#include "counterpoint/persuasion/study/generated_accuracy.h"
#include "counterpoint/persuasion/train/margin_watch.h"

namespace counterpoint::commands {
namespace {

using data::Json;
namespace fs = std::filesystem;

/// A bar that appears, and begins to count time, with its first update.
class LateProgress final : public ProgressSink {
 public:
  /// `interruptible`: Ctrl-C throws Interrupted out of the work, which has nothing to save.
  LateProgress(std::string what, std::string unit, bool interruptible = false)
      : what_(std::move(what)), unit_(std::move(unit)), interruptible_(interruptible) {}
  void update(std::int64_t done, std::int64_t total, const std::string& detail) override {
    if (interruptible_ && interrupted()) throw Interrupted{};
    if (!shown_) shown_ = console_progress(what_, unit_);
    shown_->update(done, total, detail);
  }
  void finish() override {
    if (shown_) std::exchange(shown_, nullptr)->finish();
  }

 private:
  std::string what_, unit_;
  bool interruptible_;
  std::unique_ptr<ProgressSink> shown_;
};

Json rows_json(const std::vector<nn::TrainRow>& rows) {
  std::string keys;
  for (const nn::TrainRow& row : rows) keys += fmt::format("{:016x}", row.key);
  return {{"rows", rows.size()}, {"hash", fmt::format("{:016x}", stable_hash(keys))}};
}

/// "fresh", or what the adapter holds.
std::string adapter_print(const fs::path& adapter) {
  if (adapter.empty()) return "fresh";
  return fmt::format("{:016x}", stable_hash(read_file(adapter / "adapter_model.safetensors")));
}

Json lora_json(const weights::LoraConfig& lora) {
  return {{"r", lora.r},
          {"alpha", lora.alpha},
          {"dropout", lora.dropout},
          {"target_modules", lora.target_modules},
          {"use_rslora", lora.use_rslora}};
}

Json preference_json(const persuasion::DpoSettings& dpo) {
  return {{"loss_type", dpo.loss.kind},
          {"beta", dpo.loss.beta},
          {"label_smoothing", dpo.loss.label_smoothing},
          {"sft_weight", dpo.loss.sft_weight},
          {"reference", dpo.reference},
          {"share_prefix", dpo.share_prefix},
          {"enable_dropout", !dpo.disable_dropout}};
}

/// What the adapter depends on.
Json settings_json(const Stage& stage, const StageRows& rows) {
  const TrainOptions& options = stage.options;
  const train::FitSettings& fit = options.tune.fit;
  Json json{{"model", fs::absolute(options.tune.model).lexically_normal().string()},
            {"model_print", fmt::format("{:016x}", file_print(options.tune.model))},
            {"chat_format", options.tune.chat_format},
            {"start", adapter_print(options.tune.adapter)},
            {"train", rows_json(rows.train)},
            {"valid", rows_json(rows.valid)},
            {"learning_rate", fit.schedule.learning_rate},
            {"lr_scheduler_type", fit.schedule.kind},
            {"warmup_ratio", fit.schedule.warmup_ratio},
            {"warmup_steps", fit.schedule.warmup_steps},
            {"num_train_epochs", fit.batches.epochs},
            {"max_steps", fit.batches.max_steps},
            {"batch_size", fit.batches.batch_rows},
            {"max_grad_norm", fit.max_grad_norm},
            {"weight_decay", options.tune.adamw.weight_decay},
            {"seed", options.tune.trainer.seed},
            {"dtype", options.tune.trainer.dtype},
            {"lora", lora_json(options.tune.trainer.lora)},
            {"eval_steps", fit.eval_steps},
            {"metric_for_best_model", fit.best_metric},
            {"early_stopping_patience", fit.patience},
            {"questions", options.questions},
            {"answer_mode", options.answer_mode}};
  if (stage.preference) json["dpo"] = preference_json(options.tune);
  json.update(rows.settings);
  return json;
}

/// How it is computed, and where things lie.
Json run_json(const Stage& stage) {
  const TrainOptions& options = stage.options;
  const train::FitSettings& fit = options.tune.fit;
  return {{"data", stage.data},
          {"valid", options.valid},
          {"adapter", options.tune.adapter.string()},
          {"device", options.tune.trainer.device},
          {"threads", nn::told_threads()},
          {"per_device_train_batch_size", options.per_device},
          {"gradient_accumulation_steps", options.accumulation},
          {"micro_batch_tokens", fit.micro.tokens},
          {"gradient_checkpointing", options.tune.trainer.gradient_checkpointing},
          {"logging_steps", fit.logging_steps},
          {"save_steps", fit.save_steps},
          {"save_total_limit", fit.save_total_limit}};
}

/// Generated accuracy on the validation pairs, where the best step is chosen by it.
std::function<std::vector<train::Metric>(nn::LoraTrainer&)> generated(const TrainOptions& options) {
  if (options.questions.empty()) return nullptr;
  const std::vector<persuasion::Question> questions = persuasion::load_questions(options.questions).questions;
  persuasion::GeneratedAccuracySettings settings;
  settings.engine.model = options.tune.model;
  settings.engine.chat_format = options.tune.chat_format;
  settings.engine.device = options.tune.trainer.device;
  settings.engine.dtype = options.tune.trainer.dtype;
  settings.scratch = options.tune.fit.run_folder / "measured";
  settings.answer_mode = options.answer_mode;
  settings.evaluation.stop = interrupted;
  settings.progress = [] { return console_progress("validation", "replies"); };
  return persuasion::generated_accuracy(persuasion::read_held_out(options.valid, questions).pairs, settings);
}

train::FitResult train_stage(const Stage& stage, persuasion::Tuner& tuner, const StageRows& rows) {
  persuasion::MarginWatch watch(stage.options.tune.loss.beta, tell);
  train::FitHooks hooks{
      .evaluate = generated(stage.options),
      .on_step = [&](std::int64_t step, const std::vector<train::Metric>& metrics) { watch.look(step, metrics); },
      .note = tell,
      .stop = interrupted};
  LateProgress steps(stage.preference ? "DPO" : "SFT", "steps"), reference("reference", "pairs", true);
  if (!stage.preference) return tuner.sft(rows.train, rows.valid, hooks, steps);
  return tuner.dpo(rows.train, rows.valid, stage.options.tune, hooks, steps, &reference);
}

/// The result of a run that came to its end.
train::FitResult whole_result(const Stage& stage, persuasion::Tuner& tuner, const StageRows& rows) {
  std::string where = "before the first step";
  try {
    const train::FitResult result = train_stage(stage, tuner, rows);
    if (!result.interrupted) return result;
    if (result.steps > 0)
      where = fmt::format("after {} of {} steps, which are saved", result.steps, result.total_steps);
  } catch (const Interrupted&) {
  }
  std::fprintf(stderr, "Stopped %s. To go on:\n  %s\n", where.c_str(), stage.again.c_str());
  throw Interrupted{};
}

}  // namespace

void run_stage(const Stage& stage) {
  persuasion::Tuner tuner(stage.options.tune);
  const StageRows rows = stage.rows(tuner.encoder());
  const char* name = stage.preference ? "pbt train dpo" : "pbt train sft";
  const TrainFolder folder(stage.options.tune.fit.run_folder, name, settings_json(stage, rows), run_json(stage));
  std::optional<train::FitResult> result = folder.finished();
  if (result) {
    std::fprintf(stderr, "%s is finished\n", stage.options.tune.fit.run_folder.string().c_str());
  } else {
    result = whole_result(stage, tuner, rows);
    folder.finish(*result);
  }
  print_run(stage.options, *result);
}

}  // namespace counterpoint::commands
