#include "counterpoint/protoclip/train/periodic_evaluation.h"

#include <algorithm>

namespace counterpoint::protoclip {

bool EvaluationFrequencies::has_own(const std::string& evaluation) const {
  const auto found = each.find(evaluation);
  return found != each.end() && found->second;
}

PeriodicEvaluation::PeriodicEvaluation(Evaluator& evaluator, const EvaluationFrequencies& frequencies)
    : evaluator_(evaluator) {
  const std::vector<std::string>& usual = evaluator.settings().evaluations;
  std::vector<std::string> made;
  for (const std::string& name : evaluation_names()) {
    const bool wanted = frequencies.has_own(name) || std::find(usual.begin(), usual.end(), name) != usual.end();
    if (!wanted || frequencies.of(name) <= 0) continue;
    frequencies_.emplace_back(name, frequencies.of(name));
    made.push_back(name);
  }
  evaluator.check(made);  // now, not when the first is due
}

std::vector<train::Metric> PeriodicEvaluation::metrics(nn::ClipModel& model, std::int64_t episode) {
  std::vector<std::string> due;
  for (const auto& [name, frequency] : frequencies_)
    if ((episode + 1) % frequency == 0) due.push_back(name);
  if (due.empty()) return {};
  return metrics_of(evaluator_.run(model, due, /*intervals=*/false));
}

}  // namespace counterpoint::protoclip
