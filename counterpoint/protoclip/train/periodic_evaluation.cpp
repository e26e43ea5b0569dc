#include "counterpoint/protoclip/train/periodic_evaluation.h"

#include <algorithm>

namespace counterpoint::protoclip {

bool EvaluationFrequencies::has_own(const std::string& evaluation) const {
  const auto found = each.find(evaluation);
  return found != each.end() && found->second >= 0;
}

PeriodicEvaluation::PeriodicEvaluation(text::ClipTokenizer tokenizer, std::shared_ptr<const image_text::PairSet> test,
                                       std::shared_ptr<const image_text::PairSet> train, EvaluationSettings settings,
                                       const EvaluationFrequencies& frequencies)
    : tokenizer_(std::move(tokenizer)),
      test_(std::move(test)),
      train_(std::move(train)),
      settings_(std::move(settings)) {
  settings_.intervals = false;
  std::vector<std::string> made;
  for (const std::string& name : evaluation_names()) {
    const auto& usual = settings_.evaluations;
    const bool wanted = frequencies.has_own(name) || std::find(usual.begin(), usual.end(), name) != usual.end();
    if (!wanted || frequencies.of(name) <= 0) continue;
    frequencies_.emplace_back(name, frequencies.of(name));
    made.push_back(name);
  }
  if (!made.empty()) evaluator_of(made);  // says now what the sets cannot serve
}

Evaluator& PeriodicEvaluation::evaluator_of(const std::vector<std::string>& evaluations) {
  settings_.evaluations = evaluations;
  return evaluators_.try_emplace(evaluations, tokenizer_, test_, train_, settings_).first->second;
}

std::vector<train::Metric> PeriodicEvaluation::metrics(nn::ClipModel& model, std::int64_t episode) {
  std::vector<std::string> due;
  for (const auto& [name, frequency] : frequencies_)
    if ((episode + 1) % frequency == 0) due.push_back(name);
  return due.empty() ? std::vector<train::Metric>() : metrics_of(evaluator_of(due).run(model));
}

}  // namespace counterpoint::protoclip
