#include "counterpoint/persuasion/study/study_checks.h"

#include <algorithm>

#include "counterpoint/core/error.h"
#include "counterpoint/persuasion/answer_reader.h"
#include "counterpoint/persuasion/evaluate/misinformation.h"
#include "counterpoint/persuasion/study/teaching.h"
#include "counterpoint/weights/adapter.h"

namespace counterpoint::persuasion {
namespace {

bool is_run(const StudyConfig& config, const char* evaluation) {
  return std::find(config.evaluations.begin(), config.evaluations.end(), evaluation) != config.evaluations.end();
}

bool is_any_trained(const StudyConfig& config) {
  return std::any_of(config.arms.begin(), config.arms.end(), [](const std::string& arm) { return arm != "base"; });
}

}  // namespace

weights::ModelFiles open_agent(const StudyConfig& config, const StudyAgent& agent) {
  weights::ModelFiles model = weights::open_model(resolved_model(agent.model));
  if (!agent.adapter.empty()) weights::read_adapter(agent.adapter, model.config);
  if (agent.knows || (&agent == &config.trained && is_any_trained(config))) {
    weights::LoraConfig lora;
    lora.target_modules = config.lora_targets;
    weights::adapted_parts(lora, model.config);
  }
  return model;
}

weights::ModelFiles open_answer_model(const StudyConfig& config) {
  return weights::open_model(resolved_model(config.answer_model));
}

void check_study_models(const StudyConfig& config) {
  for (const StudyAgent* agent : {&config.trained, &config.partner}) {
    try {
      open_agent(config, *agent);
    } catch (const Error& error) {
      fail("agent '{}': {}", agent->name, error.what());
    }
  }
  if (!config.answer_model.empty()) open_answer_model(config);
}

TreeConfig checked_tree(const StudyConfig& config) {
  TreeConfig tree = config.tree.empty() ? default_tree_config() : load_tree_config(config.tree);
  if (is_run(config, "misinformation") && config.farm.empty())
    check_persuader_roles(MisinformationSettings{}.appeals, tree);
  return tree;
}

void check_study_questions(const StudyConfig& config, const std::vector<Question>& questions) {
  check_answer_mode(config.answer_mode, questions);
  if ((config.trained.knows || config.partner.knows) && (config.teach_guess || config.teach_doubt > 0))
    for (const Question& question : questions) check_lesson(question);
  if (!is_run(config, "misinformation")) return;
  if (!config.farm.empty()) {
    load_farm(config.farm);
    return;
  }
  try {
    misled(questions, config.seed);
  } catch (const Error& error) {
    fail("evaluate.run: misinformation: {}; name Farm's file with evaluate.farm, or leave misinformation out",
         error.what());
  }
}

void check_study_pairs(const StudyConfig& config, const std::filesystem::path& pairs) {
  const auto need = [&](const std::string& split, const char* what, const char* key) {
    const std::filesystem::path file = pairs / (split + ".jsonl");
    if (std::filesystem::file_size(file) == 0)
      fail("{}: the {} trees gave no pairs, which {} needs: raise questions.{} or trees.temperature, or change {}",
           file.string(), split, what, split, key);
  };
  if (is_any_trained(config)) need("train", "training", "trees.answer_mode");
  if (is_run(config, "balanced")) need(config.split, "the evaluation 'balanced'", "evaluate.run");
  if (!config.best_metric.empty()) need("valid", "choosing the best epoch", "dpo.metric_for_best_model");
}

bool partner_speaks(const std::string& evaluation, const StudyConfig& config, const std::vector<Question>& questions) {
  if (evaluation == "debate") return true;
  if (evaluation == "misinformation") return config.farm.empty();
  return evaluation == "acceptance" && std::any_of(questions.begin(), questions.end(), [](const Question& question) {
           return question.choices.size() < 2;
         });
}

}  // namespace counterpoint::persuasion
