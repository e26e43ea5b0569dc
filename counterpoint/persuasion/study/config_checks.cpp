#include "counterpoint/persuasion/study/config_checks.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "counterpoint/core/error.h"
#include "counterpoint/data/seeds.h"
#include "counterpoint/persuasion/answer_reader.h"
#include "counterpoint/persuasion/train/preference_loss.h"

namespace counterpoint::persuasion {
namespace {

void one_of(const std::vector<std::string>& given, const std::vector<std::string>& known, const std::string& where) {
  for (const std::string& name : given)
    if (std::find(known.begin(), known.end(), name) == known.end())
      fail("{}: unknown '{}'{}", where, name, suggestion(name, known));
}

/// At least one of them, none twice.
void some_of(const std::vector<std::string>& given, const std::vector<std::string>& known, const std::string& where) {
  one_of(given, known, where);
  if (given.empty()) fail("{}: at least one of {} was expected", where, fmt::join(known, ", "));
  if (std::set(given.begin(), given.end()).size() < given.size()) fail("{}: holds one twice", where);
}

void at_least(int lowest, auto value, const std::string& key, const std::string& file) {
  if (!(value >= lowest)) fail("{}: {} is {}: {} or more was expected", file, key, value, lowest);
}

void above_zero(double value, const std::string& key, const std::string& file) {
  if (!(value > 0) || !std::isfinite(value)) fail("{}: {} is {}: more than 0 was expected", file, key, value);
}

void a_share(double value, const std::string& key, const std::string& file) {
  if (!(value >= 0 && value <= 1)) fail("{}: {} is {}: a share from 0 to 1 was expected", file, key, value);
}

void check_training(const StudyTraining& training, const std::string& table, const std::string& file) {
  above_zero(training.learning_rate, table + ".learning_rate", file);
  a_share(training.warmup_ratio, table + ".warmup_ratio", file);
  at_least(1, training.batch, table + ".batch", file);
  at_least(1, training.micro_batch_tokens, table + ".micro_batch_tokens", file);
  at_least(0, training.max_steps, table + ".max_steps", file);
  if (training.max_steps == 0) above_zero(training.epochs, table + ".epochs", file);
}

void check_lora(const StudyConfig& c, const std::string& file) {
  at_least(1, c.lora_r, "lora.r", file);
  above_zero(c.lora_alpha, "lora.alpha", file);
  if (!(c.lora_dropout >= 0 && c.lora_dropout < 1))
    fail("{}: lora.dropout is {}: a share from 0 to below 1 was expected", file, c.lora_dropout);
}

void check_loss(const StudyConfig& c, const std::string& file) {
  try {
    PreferenceLoss({.kind = c.loss, .beta = c.beta});
  } catch (const Error& error) {
    fail("{}: dpo: {}", file, error.what());
  }
}

void check_engine(const StudyConfig& c, const std::string& file) {
  at_least(1, c.batch, "engine.batch", file);
  one_of({c.dtype}, {"float32", "bfloat16", "int8"}, file + ": engine.dtype");
  one_of({c.training_dtype}, {"float32", "bfloat16"}, file + ": engine.training_dtype");
  const bool numbered =
      c.device.starts_with("cuda:") && c.device.size() > 5 &&
      std::ranges::all_of(c.device.substr(5), [](char digit) { return digit >= '0' && digit <= '9'; });
  if (!numbered) one_of({c.device}, {"cpu", "cuda"}, file + ": engine.device");
  if (c.dtype == "int8" && c.device != "cpu")
    fail("{}: engine.dtype 'int8' is for the device 'cpu' alone, not for '{}'", file, c.device);
}

void check_counts(const StudyConfig& c, const std::string& file) {
  at_least(1, c.train, "questions.train", file);
  at_least(0, c.valid, "questions.valid", file);
  at_least(1, c.test, "questions.test", file);
  at_least(0, c.most_pairs, "trees.most_pairs", file);
  at_least(0, c.evaluation_questions, "evaluate.questions", file);
  at_least(0, c.balanced_pairs, "evaluate.balanced_pairs", file);
  at_least(1, c.max_new_tokens, "trees.max_new_tokens", file);
  at_least(0, c.min_new_tokens, "trees.min_new_tokens", file);
  if (c.min_new_tokens > c.max_new_tokens)
    fail("{}: trees.min_new_tokens is {}: at most trees.max_new_tokens, {}, was expected", file, c.min_new_tokens,
         c.max_new_tokens);
  at_least(0, c.temperature, "trees.temperature", file);
  a_share(c.teach_doubt, "teach.doubt", file);
  check_training(c.teach, "teach", file);
  check_training(c.sft, "sft", file);
  check_training(c.dpo, "dpo", file);
}

}  // namespace

void check_study_config(const StudyConfig& c, const std::string& file) {
  some_of(c.arms, {"base", "accept", "resist", "pbt"}, file + ": arms");
  some_of(c.evaluations, {"balanced", "misinformation", "flipflop", "debate", "acceptance"}, file + ": evaluate.run");
  one_of({c.split}, {"valid", "test"}, file + ": evaluate.split");
  one_of({c.answer_mode}, answer_modes(), file + ": trees.answer_mode");
  one_of({c.best_metric}, {"", "eval_balanced_overall", "eval_balanced_of_arm"}, file + ": dpo.metric_for_best_model");
  if (c.split == "valid" && c.valid < 1) fail("{}: evaluate.split is 'valid': questions.valid must be 1 or more", file);
  if (!c.best_metric.empty() && c.valid < 1)
    fail("{}: dpo.metric_for_best_model needs validation questions: questions.valid must be 1 or more", file);
  for (const StudyAgent* agent : {&c.trained, &c.partner}) {
    if (agent->model.empty()) fail("{}: agents.trained and agents.partner must both name a 'model'", file);
    if (!agent->knows) continue;
    a_share(*agent->knows, fmt::format("agents: 'knows' of {}", agent->name), file);
    if (!c.teach_guess && *agent->knows * static_cast<double>(c.train) < 0.5)
      fail(
          "{}: agents: 'knows' of {} is {}: of {} training questions that is none, and there is nothing to teach; "
          "leave 'knows' out, or set teach.guess",
          file, agent->name, *agent->knows, c.train);
  }
  if (c.trained.name == c.partner.name) fail("{}: both agents are called '{}'", file, c.trained.name);
  data::check_seeds(c.seeds, file);
  check_counts(c, file);
  check_lora(c, file);
  check_loss(c, file);
  check_engine(c, file);
}

}  // namespace counterpoint::persuasion
