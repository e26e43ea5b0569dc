#include "counterpoint/persuasion/study/study_config.h"

#include <set>

#include <fmt/ranges.h>

#include "counterpoint/core/error.h"
#include "counterpoint/core/pattern.h"
#include "counterpoint/data/fields.h"
#include "counterpoint/data/key_table.h"
#include "counterpoint/data/seeds.h"
#include "counterpoint/data/toml.h"
#include "counterpoint/persuasion/train/arms.h"

namespace counterpoint::persuasion {
namespace {

using Table = data::KeyTable;

Table agent_table(StudyAgent& agent) {
  Table keys;
  keys.bind("name", agent.name).bind("model", agent.model).bind("adapter", agent.adapter).bind("knows", agent.knows);
  return keys;
}

Table training_table(StudyTraining& training) {
  Table keys;
  keys.bind("learning_rate", training.learning_rate)
      .bind("epochs", training.epochs)
      .bind("max_steps", training.max_steps)
      .bind("batch", training.batch)
      .bind("warmup_ratio", training.warmup_ratio)
      .bind("micro_batch_tokens", training.micro_batch_tokens);
  return keys;
}

Table root_table(StudyConfig& c) {
  Table agents;
  agents.bind("trained", agent_table(c.trained)).bind("partner", agent_table(c.partner));
  Table questions;
  questions.bind("source", c.questions)
      .bind("format", c.question_format)
      .bind("show_choices", c.show_choices)
      .bind("train", c.train)
      .bind("valid", c.valid)
      .bind("test", c.test);
  Table trees;
  trees.bind("config", c.tree)
      .bind("temperature", c.temperature)
      .bind("max_new_tokens", c.max_new_tokens)
      .bind("min_new_tokens", c.min_new_tokens)
      .bind("openings", c.openings)
      .bind("answer_mode", c.answer_mode)
      .bind("answer_model", c.answer_model)
      .bind("both_agents", c.both_agents)
      .bind("most_pairs", c.most_pairs);
  Table teach = training_table(c.teach);
  teach.bind("in_dialogue", c.teach_in_dialogue).bind("guess", c.teach_guess);
  Table dpo = training_table(c.dpo);
  dpo.bind("beta", c.beta).bind("loss", c.loss).bind("metric_for_best_model", c.best_metric);
  Table lora;
  lora.bind("r", c.lora_r).bind("alpha", c.lora_alpha).bind("dropout", c.lora_dropout).bind("targets", c.lora_targets);
  Table evaluate;
  evaluate.bind("run", c.evaluations)
      .bind("split", c.split)
      .bind("questions", c.evaluation_questions)
      .bind("balanced_pairs", c.balanced_pairs)
      .bind("farm", c.farm);
  Table engine;
  engine.bind("dtype", c.dtype)
      .bind("training_dtype", c.training_dtype)
      .bind("device", c.device)
      .bind("batch", c.batch);
  Table root;
  root.bind("title", c.title)
      .bind("output_dir", c.output_dir)
      .bind("seed", c.seed)
      .bind("seeds", c.seeds)
      .bind("arms", c.arms)
      .bind("agents", agents)
      .bind("questions", questions)
      .bind("teach", teach)
      .bind("trees", trees)
      .bind("lora", lora)
      .bind("sft", training_table(c.sft))
      .bind("dpo", dpo)
      .bind("evaluate", evaluate)
      .bind("engine", engine);
  return root;
}

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

void check_training(const StudyTraining& training, const std::string& table, const std::string& file) {
  at_least(1, training.batch, table + ".batch", file);
  at_least(1, training.micro_batch_tokens, table + ".micro_batch_tokens", file);
  at_least(0, training.max_steps, table + ".max_steps", file);
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
  at_least(0, c.temperature, "trees.temperature", file);
  at_least(1, c.lora_r, "lora.r", file);
  at_least(1, c.batch, "engine.batch", file);
  check_training(c.teach, "teach", file);
  check_training(c.sft, "sft", file);
  check_training(c.dpo, "dpo", file);
}

void check(const StudyConfig& c, const std::string& file) {
  some_of(c.arms, {"base", "accept", "resist", "pbt"}, file + ": arms");
  some_of(c.evaluations, {"balanced", "misinformation", "flipflop", "debate", "acceptance"}, file + ": evaluate.run");
  one_of({c.split}, {"valid", "test"}, file + ": evaluate.split");
  one_of({c.best_metric}, {"", "eval_balanced_overall", "eval_balanced_of_arm"}, file + ": dpo.metric_for_best_model");
  if (!c.best_metric.empty() && c.valid < 1)
    fail("{}: dpo.metric_for_best_model needs validation questions: questions.valid must be 1 or more", file);
  for (const StudyAgent* agent : {&c.trained, &c.partner}) {
    if (agent->model.empty()) fail("{}: agents.trained and agents.partner must both name a 'model'", file);
    if (agent->knows && (*agent->knows < 0 || *agent->knows > 1))
      fail("{}: 'knows' is {}: a share from 0 to 1 was expected", file, *agent->knows);
  }
  if (c.trained.name == c.partner.name) fail("{}: both agents are called '{}'", file, c.trained.name);
  data::check_seeds(c.seeds, file);
  check_counts(c, file);
}

}  // namespace

StudyConfig load_study_config(const std::filesystem::path& file) {
  StudyConfig config;
  config.trained.name = "strong";
  config.partner.name = "weak";
  config.sft = {.learning_rate = 5e-4, .epochs = 1, .batch = 80};
  config.dpo = {.learning_rate = 5e-4, .epochs = 5, .batch = 35};
  root_table(config).read(data::read_toml(file), file.string());
  check(config, file.string());
  if (config.output_dir.empty()) config.output_dir = std::filesystem::path("runs") / file.stem();
  return config;
}

std::string resolved_model(const std::string& pattern) {
  return only_match(pattern, "model", "a Hugging Face folder or a GGUF file");
}

}  // namespace counterpoint::persuasion
