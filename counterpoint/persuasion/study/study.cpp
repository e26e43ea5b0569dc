#include "counterpoint/persuasion/study/study.h"

#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/core/interrupt.h"
#include "counterpoint/persuasion/study/study_report.h"
#include "counterpoint/persuasion/study/study_work.h"

namespace counterpoint::persuasion {

StudyWork::StudyWork(const StudyConfig& config, std::set<std::string> force, const StudyHooks& hooks)
    : config_(config), hooks_(hooks), stages_(config.output_dir, std::move(force), hooks.note) {}

TreeConfig StudyWork::tree_config() const {
  return config_.tree.empty() ? default_tree_config() : load_tree_config(config_.tree);
}

generate::Sampling StudyWork::sampling(double temperature) const {
  return {.temperature = temperature,
          .top_k = 0,
          .top_p = 1.0,
          .min_new_tokens = config_.min_new_tokens,
          .max_new_tokens = config_.max_new_tokens};
}

StudyOutcome run_study(const StudyConfig& config, const std::set<std::string>& force, const StudyHooks& hooks) {
  make_dirs(config.output_dir);
  StudyWork work(config, force, hooks);
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
  for (const std::string& name : work.stages().unused_force())
    fail("--force {}: this study has no such stage; stages are questions, agents, trees, pairs, arms, evaluations",
         name);
  return outcome;
}

}  // namespace counterpoint::persuasion
