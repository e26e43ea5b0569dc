// What held-out data says while a model trains, each evaluation at its own frequency.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "counterpoint/protoclip/evaluate/evaluator.h"

namespace counterpoint::protoclip {

/// After so many episodes; 0: never.
struct EvaluationFrequencies {
  std::int64_t all = 0;                                     ///< of what has none of its own
  std::map<std::string, std::optional<std::int64_t>> each;  ///< by evaluation

  bool has_own(const std::string& evaluation) const;
  std::int64_t of(const std::string& evaluation) const { return has_own(evaluation) ? *each.at(evaluation) : all; }
};

class PeriodicEvaluation {
 public:
  /// Makes the evaluations of the evaluator's settings and those with a frequency of their own, without intervals.
  /// `evaluator` outlives this. Error: as Evaluator::check.
  PeriodicEvaluation(Evaluator& evaluator, const EvaluationFrequencies& frequencies);

  /// What is due after this episode (0-based; -1: before the first).
  std::vector<train::Metric> metrics(nn::ClipModel& model, std::int64_t episode);

 private:
  Evaluator& evaluator_;
  std::vector<std::pair<std::string, std::int64_t>> frequencies_;  ///< of the evaluations that are made
};

}  // namespace counterpoint::protoclip
