// What came out of a run, in a few numbers.
#pragma once
#include <string>
#include <vector>

#include "counterpoint/persuasion/tree.h"

namespace counterpoint::persuasion {

/// Replies of one agent at one turn.
struct TurnSummary {
  int turn = 0;
  std::string agent;
  std::int64_t nodes = 0, answered = 0, correct = 0, agreed = 0;
};

struct TreeSummary {
  std::int64_t trees = 0, nodes = 0, agreed = 0;  ///< agreed: branches that ended because all answers were the same
  std::vector<TurnSummary> turns;                 ///< by turn, then agent
  void add(const Tree& tree);
};

}  // namespace counterpoint::persuasion
