// A study: every arm with every seed, trained and measured; figures, and a page to look at.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "counterpoint/core/open_progress.h"
#include "counterpoint/protoclip/page/results.h"
#include "counterpoint/protoclip/study/clip_study_config.h"

namespace counterpoint::protoclip {

struct ClipStudyHooks {
  OpenProgress progress;
  std::function<void(const std::string&)> note;
  std::function<bool()> stop;
};

/// Trains what is not trained yet in output_dir/runs/ARM-SEED, measures what is not measured so, writes results.json
/// (arms, seeds, metrics; "seconds" is the training's) of all runs that are measured so after each run and report.html
/// at the end. A run whose settings changed is refused by name. Throws Interrupted when `stop` says so: the next call
/// goes on. Error: as the parts'.
std::vector<ResultRow> run_clip_study(const ClipStudyConfig& config, const ClipStudyHooks& hooks);

}  // namespace counterpoint::protoclip
