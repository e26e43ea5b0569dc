// Many trees at once, so that the engine always has enough to decode together.
#pragma once
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "counterpoint/core/progress.h"
#include "counterpoint/persuasion/growing_tree.h"

namespace counterpoint::persuasion {

struct ForestSettings {
  GrowSettings grow;
  int trees_in_flight = 32;
  std::int64_t done_before = 0;                       ///< trees of an earlier run, for the progress line
  std::function<bool()> stop = [] { return false; };  ///< true: leave what is not done and return
};

struct ForestResult {
  std::int64_t grown = 0, failed = 0;
  bool interrupted = false;
};

/// The models behind agents and their readers; null where a reader needs none. One may stand there more than once.
std::vector<generate::ChatModel*> models_of(std::span<const Speaker> speakers);

/// Grows a tree for each question. `on_tree` gets each as soon as it is done, in the order in which they get done;
/// `on_failure` the question and one line that says why; what they throw ends the run.
ForestResult grow_forest(const std::vector<Question>& questions, std::span<const Speaker> speakers,
                         const ForestSettings& settings, const std::function<void(const Tree&)>& on_tree,
                         const std::function<void(const Question&, const std::string&)>& on_failure,
                         ProgressSink& progress);

}  // namespace counterpoint::persuasion
