// What held-out data says while a model trains, each evaluation at its own frequency.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "counterpoint/protoclip/evaluate/evaluator.h"

namespace counterpoint::protoclip {

/// After so many episodes; 0: never.
struct EvaluationFrequencies {
  std::int64_t all = 0;                      ///< of what has none of its own
  std::map<std::string, std::int64_t> each;  ///< by evaluation; below 0: none of its own

  bool has_own(const std::string& evaluation) const;
  std::int64_t of(const std::string& evaluation) const { return has_own(evaluation) ? each.at(evaluation) : all; }
};

class PeriodicEvaluation {
 public:
  /// Makes the settings' evaluations and those with a frequency of their own, without intervals. Error: as Evaluator's.
  PeriodicEvaluation(text::ClipTokenizer tokenizer, std::shared_ptr<const image_text::PairSet> test,
                     std::shared_ptr<const image_text::PairSet> train, EvaluationSettings settings,
                     const EvaluationFrequencies& frequencies);

  /// What is due after this episode (0-based; -1: before the first).
  std::vector<train::Metric> metrics(nn::ClipModel& model, std::int64_t episode);

 private:
  Evaluator& evaluator_of(const std::vector<std::string>& evaluations);

  text::ClipTokenizer tokenizer_;
  std::shared_ptr<const image_text::PairSet> test_, train_;
  EvaluationSettings settings_;
  std::vector<std::pair<std::string, std::int64_t>> frequencies_;  ///< of the evaluations that are made
  /// By what is due together: features are computed once for all of it.
  std::map<std::vector<std::string>, Evaluator> evaluators_;
};

}  // namespace counterpoint::protoclip
