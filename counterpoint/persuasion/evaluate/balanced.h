// The paper's balanced evaluation (section 4.2, Table 3): held-out dialogues, half of which want the model to resist
// (+ -> -) and half to accept (- -> +). The model speaks the last turn.
#pragma once
#include "counterpoint/persuasion/evaluate/held_out.h"
#include "counterpoint/persuasion/evaluate/second_choice.h"

namespace counterpoint::persuasion {

struct BalancedSettings : EvaluationSettings {
  /// Temperature 0.7 as in the paper; 0 makes it deterministic.
  BalancedSettings() { sampling.temperature = 0.7; }
  /// Also against a persuader that takes the model's second choice, on the pairs' questions that have choices. Left
  /// out where the model cannot score.
  bool second_choice = true;
};

struct BalancedItem : EvaluatedItem {
  PairKind kind = PairKind::resist;
  std::string question;
  text::Messages prompt;
  Heard reply;  ///< correct: it kept the right answer or took it over
};

struct BalancedResult {
  std::vector<BalancedItem> items;  ///< in the order of the pairs
  SecondChoiceResult second_choice;
  std::string second_choice_note;  ///< not empty: why it was left out
  bool interrupted = false;
};

BalancedResult evaluate_balanced(const std::vector<HeldOutPair>& pairs, const Speaker& speaker,
                                 const BalancedSettings& settings, ProgressSink& progress);

Outcomes outcomes_of(const BalancedResult& result);
/// balanced_negative (+ -> -: right answers kept), balanced_positive (- -> +: right answers taken over),
/// balanced_overall (mean of the two halves), balanced_unread, and second_choice_statistics().
std::vector<Statistic> balanced_statistics();
std::vector<Figure> figures(const BalancedResult& result);
data::Json to_json(const BalancedResult& result);

}  // namespace counterpoint::persuasion
