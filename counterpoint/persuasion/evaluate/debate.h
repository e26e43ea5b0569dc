// Team debate (paper's section 4.3 and Figure 3): models answer on their own, then talk in turn until they agree or the
// turns are used up. Two models in both orders; three and more in a ring, once from each of them.
//
//   1. Each member answers without seeing the others; the same first answers go into every order.
//   2. In the order's turn each sees what the others said and answers again; the debate ends when all answers agree.
//
// A team is right on a question as often as its members are: the mean of their final correctness.
#pragma once
#include "counterpoint/persuasion/evaluate/evaluation.h"
#include "counterpoint/persuasion/evaluate/figures.h"

namespace counterpoint::persuasion {

struct DebateSettings : EvaluationSettings {
  int turns = 0;  ///< replies of all members together, first answers included; 0: two for each (the paper's 4)
};

struct DebateTurn {
  int agent = 0;  ///< index of the member
  Heard said;
};

/// One question discussed in one order.
struct Debate {
  std::string order;              ///< "ab": the first named speaks first
  std::vector<DebateTurn> turns;  ///< what was said after the first answers
  std::vector<bool> correct;      ///< by member: its last answer
  bool agreed = false;
};

struct DebateItem : EvaluatedItem {
  std::string question;
  std::vector<Heard> first;     ///< by member
  std::vector<Debate> debates;  ///< one for each order
};

struct DebateResult {
  std::vector<std::string> members;  ///< Speaker::info.name, in their order
  std::vector<DebateItem> items;
  bool interrupted = false;
};

/// Error: fewer than two speakers; fewer turns than speakers.
DebateResult evaluate_debate(const std::vector<Question>& questions, std::span<const Speaker> speakers,
                             const DebateSettings& settings, ProgressSink& progress);

Outcomes outcomes_of(const DebateResult& result);
/// debate_before and debate_team (mean over orders), debate_gain; debate_team_ab, debate_team_ba, ..;
/// debate_order_gap, the largest less the smallest of these; debate_member_a_before, debate_member_a, ..;
/// debate_agreed. A bootstrap of a gap is never below 0, so its interval leans upwards where orders do not differ;
/// debate_order_difference (ab - ba, two members only) has a sign.
std::vector<Statistic> debate_statistics(int members);
std::vector<Figure> figures(const DebateResult& result);
data::Json to_json(const DebateResult& result);

/// "ab", "ba"; "abc", "bca", "cab"; ..
std::vector<std::string> debate_orders(int members);

}  // namespace counterpoint::persuasion
