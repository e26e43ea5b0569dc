#include "counterpoint/persuasion/study/study_config.h"

#include "counterpoint/core/pattern.h"
#include "counterpoint/data/key_table.h"
#include "counterpoint/data/toml.h"
#include "counterpoint/persuasion/study/config_checks.h"

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

Table questions_table(StudyConfig& c) {
  Table keys;
  keys.bind("source", c.questions)
      .bind("format", c.question_format)
      .bind("show_choices", c.show_choices)
      .bind("train", c.train)
      .bind("valid", c.valid)
      .bind("test", c.test);
  return keys;
}

Table teach_table(StudyConfig& c) {
  Table keys = training_table(c.teach);
  keys.bind("in_dialogue", c.teach_in_dialogue).bind("guess", c.teach_guess).bind("doubt", c.teach_doubt);
  return keys;
}

Table trees_table(StudyConfig& c) {
  Table keys;
  keys.bind("config", c.tree)
      .bind("temperature", c.temperature)
      .bind("max_new_tokens", c.max_new_tokens)
      .bind("min_new_tokens", c.min_new_tokens)
      .bind("openings", c.openings)
      .bind("answer_mode", c.answer_mode)
      .bind("answer_model", c.answer_model)
      .bind("both_agents", c.both_agents)
      .bind("most_pairs", c.most_pairs);
  return keys;
}

Table lora_table(StudyConfig& c) {
  Table keys;
  keys.bind("r", c.lora_r).bind("alpha", c.lora_alpha).bind("dropout", c.lora_dropout).bind("targets", c.lora_targets);
  return keys;
}

Table dpo_table(StudyConfig& c) {
  Table keys = training_table(c.dpo);
  keys.bind("beta", c.beta).bind("loss", c.loss).bind("metric_for_best_model", c.best_metric);
  return keys;
}

Table evaluate_table(StudyConfig& c) {
  Table keys;
  keys.bind("run", c.evaluations)
      .bind("split", c.split)
      .bind("questions", c.evaluation_questions)
      .bind("balanced_pairs", c.balanced_pairs)
      .bind("farm", c.farm);
  return keys;
}

Table engine_table(StudyConfig& c) {
  Table keys;
  keys.bind("dtype", c.dtype).bind("training_dtype", c.training_dtype).bind("device", c.device).bind("batch", c.batch);
  return keys;
}

Table root_table(StudyConfig& c) {
  Table agents;
  agents.bind("trained", agent_table(c.trained)).bind("partner", agent_table(c.partner));
  Table root;
  root.bind("title", c.title)
      .bind("output_dir", c.output_dir)
      .bind("seed", c.seed)
      .bind("seeds", c.seeds)
      .bind("arms", c.arms)
      .bind("agents", agents)
      .bind("questions", questions_table(c))
      .bind("teach", teach_table(c))
      .bind("trees", trees_table(c))
      .bind("lora", lora_table(c))
      .bind("sft", training_table(c.sft))
      .bind("dpo", dpo_table(c))
      .bind("evaluate", evaluate_table(c))
      .bind("engine", engine_table(c));
  return root;
}

}  // namespace

StudyConfig load_study_config(const std::filesystem::path& file) {
  StudyConfig config;
  config.trained.name = "strong";
  config.partner.name = "weak";
  config.sft = {.learning_rate = 5e-4, .epochs = 1, .batch = 80};
  config.dpo = {.learning_rate = 5e-4, .epochs = 5, .batch = 35};
  root_table(config).read(data::read_toml(file), file.string());
  check_study_config(config, file.string());
  if (config.output_dir.empty()) config.output_dir = std::filesystem::path("runs") / file.stem();
  return config;
}

std::string resolved_model(const std::string& pattern) {
  return only_match(pattern, "model", "a Hugging Face folder or a GGUF file");
}

}  // namespace counterpoint::persuasion
