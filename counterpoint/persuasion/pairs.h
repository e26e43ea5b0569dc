// Preference pairs from one tree (paper, Figure 2, "data filtering and preference creation").
//
// Siblings are replies of one agent to one and the same prompt, so a right and a wrong one make a pair: the right one
// is chosen. What the agent had said before decides what the pair teaches: to resist or to accept persuasion.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "counterpoint/persuasion/tree.h"

namespace counterpoint::persuasion {

enum class PairKind {
  resist,  ///< was right; chosen keeps a right answer, rejected gives in
  accept,  ///< was wrong while the other agent was right; chosen takes the right answer over, rejected keeps a wrong
           ///< one
};

struct Pair {
  PairKind kind = PairKind::resist;
  std::string question_id;
  std::string agent;  ///< name of the speaker
  int turn = 0;
  int node_chosen = 0, node_rejected = 0;
  bool higher_score = false;  ///< the chosen node's tree score is the higher: what PairRule::score asks
  text::Messages prompt;      ///< without role instruction
  std::string chosen, rejected;
};

/// Why two siblings are no pair, in the order in which it is asked.
enum class NoPair {
  other_prompt,  ///< another agent spoke, or saw another prompt
  no_answer,     ///< no answer could be read out of one of them
  first_answer,  ///< the agent had not answered before: nothing to resist or to accept
  both_right,
  both_wrong,
  not_offered,  ///< was wrong, and so was the other agent: a right answer was found, not accepted
  same_text,    ///< the same words were read as a right and as a wrong answer
};
constexpr size_t no_pair_reasons = 7;

using NoPairCounts = std::array<std::int64_t, no_pair_reasons>;

struct TreePairs {
  std::int64_t siblings = 0;  ///< pairs of nodes with one parent: each is in `pairs` or counted in `dropped`
  std::vector<Pair> pairs;
  NoPairCounts dropped{};  ///< by NoPair
};

/// All pairs of the tree: among the children of a node every right reply with every wrong one. Uses Node::score.
TreePairs mine_tree(const Tree& tree);

const char* name_of(PairKind kind);  ///< "resist", "accept"
const char* name_of(NoPair reason);  ///< as a key: "no_answer"

/// A row of TRL's conversational preference form; the further keys say where it comes from.
data::Json to_json(const Pair& pair);
/// These rows, one a line.
std::string lines_of(const std::vector<const Pair*>& pairs);
/// A row that to_json wrote; higher_score is not in it. Error: a missing or wrong key, by name and place.
Pair pair_from_json(const data::Json& row, const data::RowPlace& place);

}  // namespace counterpoint::persuasion
