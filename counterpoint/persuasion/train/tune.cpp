#include "counterpoint/persuasion/train/tune.h"

#include "counterpoint/core/error.h"
#include "counterpoint/persuasion/train/objectives.h"

namespace counterpoint::persuasion {
namespace {

using train::Example;
using train::Metric;

std::vector<Example> one_row_each(const std::vector<nn::TrainRow>& rows) {
  std::vector<Example> examples;
  for (const nn::TrainRow& row : rows) examples.push_back({row});
  return examples;
}

std::vector<Example> pair_examples(const std::vector<nn::TrainRow>& pairs, bool share_prefix) {
  if (share_prefix) return one_row_each(pairs);
  std::vector<Example> examples;
  for (const nn::TrainRow& pair : pairs) {
    const auto rows = unshared(pair);
    examples.emplace_back(rows.begin(), rows.end());
  }
  return examples;
}

/// Validation loss first, then what the caller measures besides.
std::function<std::vector<Metric>(nn::LoraTrainer&)> with_validation(
    const std::vector<Example>& valid, train::Objective& objective,
    const std::function<std::vector<Metric>(nn::LoraTrainer&)>& more) {
  if (valid.empty()) return more;
  return [&valid, &objective, more](nn::LoraTrainer& trainer) {
    std::vector<Metric> metrics = train::evaluate(trainer, valid, objective);
    if (more)
      for (Metric& metric : more(trainer)) metrics.push_back(std::move(metric));
    return metrics;
  };
}

}  // namespace

Tuner::Tuner(TuneSettings settings)
    : settings_(std::move(settings)),
      model_(weights::open_model(settings_.model, {.chat_format = settings_.chat_format})),
      encoder_(*model_.tokenizer, *model_.chat_format) {
  if (settings_.adapter.empty()) return;
  start_ = weights::read_adapter(settings_.adapter, model_.config);
  start_->config.dropout = settings_.trainer.lora.dropout;
  settings_.trainer.lora = start_->config;
}

std::unique_ptr<nn::LoraTrainer> Tuner::open_trainer(bool dropout) const {
  nn::TrainerOptions options = settings_.trainer;
  options.lora.base_model = settings_.model.string();
  if (!dropout) options.lora.dropout = 0;
  auto trainer = nn::open_lora_trainer(model_, options, settings_.adamw);
  if (start_) trainer->set_adapter(*start_);
  return trainer;
}

train::FitResult Tuner::sft(const std::vector<nn::TrainRow>& rows, const std::vector<nn::TrainRow>& valid,
                            train::FitHooks hooks, ProgressSink& progress) {
  const std::vector<Example> examples = one_row_each(rows), held_out = one_row_each(valid);
  const auto trainer = open_trainer(/*dropout=*/true);
  SftObjective objective(examples), validation(held_out);
  hooks.evaluate = with_validation(held_out, validation, hooks.evaluate);
  return train::fit(*trainer, model_.config, examples, objective, settings_.fit, hooks, progress);
}

train::FitResult Tuner::dpo(const std::vector<nn::TrainRow>& pairs, const std::vector<nn::TrainRow>& valid,
                            const DpoSettings& settings, train::FitHooks hooks, ProgressSink& progress,
                            ProgressSink* reference_progress) {
  const std::vector<Example> examples = pair_examples(pairs, settings.share_prefix),
                             held_out = pair_examples(valid, settings.share_prefix);
  const auto trainer = open_trainer(!settings.disable_dropout);
  const Reference reference{.spec = settings.reference, .kept = ReferenceFolder(settings_.fit.run_folder, model_)};
  ProgressSink silent;
  const auto of = [&](const std::vector<Example>& of_examples) {
    return reference_logprobs(*trainer, model_, of_examples, reference, settings_.trainer.dtype,
                              reference_progress ? *reference_progress : silent);
  };
  const std::vector<PairLogprobs> known = of(examples);
  check_start(*trainer, examples, known, settings.loss, settings.reference);
  DpoObjective objective(examples, known, settings.loss);
  DpoObjective validation(held_out, held_out.empty() ? std::vector<PairLogprobs>{} : of(held_out), settings.loss);
  hooks.evaluate = with_validation(held_out, validation, hooks.evaluate);
  return train::fit(*trainer, model_.config, examples, objective, settings_.fit, hooks, progress);
}

}  // namespace counterpoint::persuasion
