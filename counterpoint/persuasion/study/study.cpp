#include "counterpoint/persuasion/study/study.h"

#include <algorithm>

#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/core/folder_owner.h"
#include "counterpoint/core/interrupt.h"
#include "counterpoint/persuasion/study/study_checks.h"
#include "counterpoint/persuasion/study/study_report.h"
#include "counterpoint/persuasion/study/study_work.h"

namespace counterpoint::persuasion {

StudyWork::StudyWork(const StudyConfig& config, TreeConfig tree, const StudyHooks& hooks)
    : config_(config), tree_(std::move(tree)), hooks_(hooks), stages_(config.output_dir, hooks.note) {}

generate::Sampling StudyWork::sampling(double temperature) const {
  return {.temperature = temperature,
          .top_k = 0,
          .top_p = 1.0,
          .min_new_tokens = config_.min_new_tokens,
          .max_new_tokens = config_.max_new_tokens};
}

std::string StudyWork::answer_model() const {
  return config_.answer_model.empty() ? "" : resolved_model(config_.answer_model);
}

data::Json StudyWork::answers_json() const { return {config_.answer_mode, input_file(answer_model())}; }

namespace {

/// By the stage's name or what it begins with up to a '/': "arms" for "arms/pbt-1".
bool is_meant(const std::string& wanted, const std::string& stage) {
  return stage == wanted || stage.starts_with(wanted + "/");
}

/// Of all stages, in their order.
std::vector<std::string> stage_names(const StudyConfig& config) {
  std::vector<std::string> names{"questions", "agents/" + config.trained.name, "agents/" + config.partner.name};
  for (const Split split : splits) names.push_back(fmt::format("trees/{}", name_of(split)));
  names.push_back("pairs");
  for (const std::string& arm : config.arms)
    for (const std::uint64_t seed : seeds_of(config, arm)) {
      if (arm != "base") names.push_back("arms/" + run_name(arm, seed));
      for (const std::string& evaluation : config.evaluations)
        names.push_back(fmt::format("evaluations/{}/{}", run_name(arm, seed), evaluation));
    }
  return names;
}

}  // namespace

void check_force(const StudyConfig& config, const std::set<std::string>& force) {
  std::vector<std::string> names = stage_names(config);
  for (const std::string& wanted : force) {
    if (std::any_of(names.begin(), names.end(), [&](const auto& stage) { return is_meant(wanted, stage); })) continue;
    for (const char* kind : {"agents", "trees", "arms", "evaluations"}) names.emplace_back(kind);
    fail("--force {}: this study has no such stage{}; stages are questions, agents, trees, pairs, arms, evaluations",
         wanted, suggestion(wanted, names));
  }
}

StudyOutcome run_study(const StudyConfig& config, const std::set<std::string>& force, const StudyHooks& hooks) {
  check_force(config, force);
  check_study_models(config);
  TreeConfig tree = checked_tree(config);
  make_dirs(config.output_dir);
  const LineAppender lock(config.output_dir / run_lock);  // another process would set aside what this one is making
  StudyWork work(config, std::move(tree), hooks);
  for (const std::string& stage : stage_names(config))
    for (const std::string& wanted : force)
      if (is_meant(wanted, stage)) work.stages().make_again(stage);
  work.split();
  work.teach(config.trained);
  work.teach(config.partner);
  for (const Split split : splits) work.grow(split);
  work.mine();
  for (const std::uint64_t seed : config.seeds)
    for (const std::string& arm : config.arms)
      if (arm != "base") work.train_arm(arm, seed);
  for (const std::string& arm : config.arms)
    for (const std::uint64_t seed : seeds_of(config, arm))
      for (const std::string& evaluation : config.evaluations) {
        if (hooks.stop()) throw Interrupted{};
        work.evaluate(arm, seed, evaluation);
      }
  StudyOutcome outcome{.results = collect_results(config), .stages_done_before = work.stages().done_before()};
  outcome.claims = judge_claims(outcome.results);
  write_study(config, outcome, hooks.made_by);
  return outcome;
}

}  // namespace counterpoint::persuasion
