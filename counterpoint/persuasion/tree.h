// A recursive dialogue tree (paper, Figure 2): each node is one reply of one agent.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "counterpoint/data/jsonl.h"
#include "counterpoint/persuasion/question.h"
#include "counterpoint/text/message.h"

namespace counterpoint::persuasion {

struct AgentInfo {
  std::string name;     ///< "A", "B"
  std::string model;    ///< folder, file or server address with its model name
  std::string adapter;  ///< empty: none
};

struct Node {
  int id = 0;        ///< index in Tree::nodes
  int parent = -1;   ///< -1: the root
  int turn = 0;      ///< depth, 0 based
  int agent = 0;     ///< index in Tree::agents: who speaks
  std::string role;  ///< name of the role prompt, "" = none
  std::string text;
  std::string answer;                ///< the speaker's answer, canonical spelling; "" = none could be read
  std::optional<double> confidence;  ///< the reader's probability of that answer, where its mode gives one
  bool correct = false;              ///< answer is an accepted one
  double score = 0;                  ///< s(y) = correct(y) + sum of children's s (Figure 2)
  std::vector<std::optional<std::string>> answers;  ///< by agent index; not yet given = nullopt
  bool agreed = false;                              ///< all agents' answers are the same here: the branch ends
  /// The prompt as the speaker saw it, without its role instruction: what a preference pair's prompt is.
  text::Messages prompt;
};

struct Tree {
  Question question;
  std::vector<AgentInfo> agents;
  data::Json settings;      ///< seed, sampling, answer mode, tree config's name and hash
  std::vector<Node> nodes;  ///< parents before children
};

/// `children[i]`: ids of node i's children, in order.
std::vector<std::vector<int>> children_of(const Tree& tree);

data::Json to_json(const Tree& tree);
/// Error: a missing or wrong key, by name and place.
Tree tree_from_json(const data::Json& row, const data::RowPlace& place);

/// Fills Node::score from the leaves up.
void score_tree(Tree& tree);

}  // namespace counterpoint::persuasion
