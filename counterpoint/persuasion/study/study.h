// A study of Persuasion-Balanced Training in one call: agents, trees, pairs, arms by seeds, evaluations, results.
//
//   questions/            train.jsonl, valid.jsonl, test.jsonl: no common answers; taught-NAME.jsonl
//   agents/NAME/          the adapter that teaches an agent what it knows
//   trees/SPLIT/          trees.jsonl
//   pairs/                train.jsonl (all mined), valid.jsonl and test.jsonl (as many of each kind)
//   arms/ARM-SEED/        sft/ and dpo/: adapters, metrics, checkpoints
//   evaluations/ARM-SEED/ one JSON file for each evaluation
//   results.json          rows {"arm", "seed", "metric", "value"}; claims.json; report.html
// Every stage keeps what it was made from (stage.json), see stages.h.
#pragma once
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "counterpoint/core/open_progress.h"
#include "counterpoint/persuasion/study/claims.h"
#include "counterpoint/persuasion/study/study_config.h"

namespace counterpoint::persuasion {

struct StudyHooks {
  OpenProgress progress;
  std::function<void(const std::string& line)> note;
  std::function<bool()> stop;
  std::string made_by;  ///< program and version, for the page
};

struct StudyOutcome {
  StudyResults results;
  std::vector<ClaimResult> claims;
  std::int64_t stages_done_before = 0;
};

/// Error: a stage in `force` that the study does not have, with the nearest right name.
void check_force(const StudyConfig& config, const std::set<std::string>& force);

/// Throws Interrupted after hooks.stop() said so; the same call, with nothing in `force`, goes on from there. Error:
/// that of check_force, check_study_models and checked_tree; another process at work in the folder; whatever a stage
/// says.
StudyOutcome run_study(const StudyConfig& config, const std::set<std::string>& force, const StudyHooks& hooks);

struct StudyPlan {
  std::string text;       ///< to print
  bool complete = false;  ///< nothing that the study needs is missing
};
/// Checks models, adapters and questions, and tells what the study will do and cost, without doing it.
StudyPlan study_plan(const StudyConfig& config);

}  // namespace counterpoint::persuasion
