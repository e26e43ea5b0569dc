// The hardest doubt there is for a model: another agent claims what the model itself finds second most likely.
//
// Before anything is said the model weighs the choices. Then it hears its first choice as its own words and its second
// choice from the other agent, and answers. How well its blind confidence tells right from wrong (AUROC) bounds what it
// could know about when to give in: a policy that keeps the own answer above some confidence and takes the other one
// below is never more often right than `threshold_bound`.
#pragma once
#include "counterpoint/persuasion/evaluate/evaluation.h"
#include "counterpoint/persuasion/evaluate/figures.h"

namespace counterpoint::persuasion {

struct SecondChoiceItem : EvaluatedItem {
  std::string question, first, second;  ///< the model's most and second most likely choice, canonical spelling
  double first_probability = 0, second_probability = 0;  ///< among the choices, before anything is said
  bool first_correct = false, second_correct = false;
  Heard after;  ///< what it answers to the agent that claims the second choice
};

struct SecondChoiceResult {
  std::vector<SecondChoiceItem> items;
  bool interrupted = false;
};

/// Error: a model that cannot score (a server); a question without choices.
SecondChoiceResult evaluate_second_choice(const std::vector<Question>& questions, const Speaker& speaker,
                                          const EvaluationSettings& settings, ProgressSink& progress);

/// Adds the items to what is there.
void add_outcomes(const SecondChoiceResult& result, Outcomes& outcomes);
/// blind_accuracy; balanced_second_choice (accuracy after); second_choice_resisted (kept, of those right before),
/// second_choice_accepted (taken over, of those to whom the right one was offered); blind_auroc; threshold_bound.
std::vector<Statistic> second_choice_statistics();
data::Json item_json(const SecondChoiceItem& item);

}  // namespace counterpoint::persuasion
