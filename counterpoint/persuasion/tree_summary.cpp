#include "counterpoint/persuasion/tree_summary.h"

#include <algorithm>
#include <tuple>

namespace counterpoint::persuasion {
namespace {

TurnSummary& entry(std::vector<TurnSummary>& turns, int turn, const std::string& agent) {
  const auto at = std::find_if(turns.begin(), turns.end(), [&](const TurnSummary& t) {
    return std::tie(t.turn, t.agent) >= std::tie(turn, agent);
  });
  if (at != turns.end() && at->turn == turn && at->agent == agent) return *at;
  return *turns.insert(at, {.turn = turn, .agent = agent});
}

}  // namespace

void TreeSummary::add(const Tree& tree) {
  ++trees;
  for (const Node& node : tree.nodes) {
    TurnSummary& turn = entry(turns, node.turn, tree.agents[node.agent].name);
    ++turn.nodes;
    turn.answered += !node.answer.empty();
    turn.correct += node.correct;
    turn.agreed += node.agreed;
    ++nodes;
    agreed += node.agreed;
  }
}

}  // namespace counterpoint::persuasion
