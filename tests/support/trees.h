// Dialogue trees from compact literals, for the tests of everything that reads trees.
#pragma once
#include <sstream>
#include <string>
#include <vector>

#include "counterpoint/persuasion/tree.h"

namespace counterpoint::test {
using persuasion::Node;
using persuasion::Tree;

/// See tree_of.
inline Node node_of(const std::string& literal, const Tree& tree) {
  std::istringstream in(literal);
  Node node;
  std::string speaker, answer;
  in >> node.parent >> speaker;
  std::getline(in >> std::ws, answer);
  node.id = static_cast<int>(tree.nodes.size());
  node.turn = node.parent < 0 ? 0 : tree.nodes[node.parent].turn + 1;
  node.agent = speaker[0] - 'A';
  if (speaker.size() > 2) node.role = speaker.substr(2);
  node.correct = answer.ends_with('+');
  if (node.correct) answer.pop_back();
  node.answer = answer == "?" ? "" : answer;
  node.text = "I say " + answer + " (" + std::to_string(node.id) + ").";
  node.answers = node.parent < 0 ? decltype(node.answers)(2) : tree.nodes[node.parent].answers;
  node.answers[node.agent] = node.answer;
  node.agreed = node.answers[0] && node.answers[0] == node.answers[1];
  node.prompt = {{"user", tree.question.question}, {"user", "reply to " + std::to_string(node.parent) + speaker[0]}};
  return node;
}

/// "-1 A Paris+" is a root at which agent A says Paris, which is right; "3 B/logical Lyon" a reply to node 3 under a
/// role; "?" an answer that cannot be read. A node's text is "I say ANSWER (ID)."; its prompt holds the question, the
/// parent and the speaker, so siblings of one agent share it.
inline Tree tree_of(const std::string& id, const std::string& question, const std::vector<std::string>& nodes) {
  Tree tree;
  tree.question.id = id;
  tree.question.question = question;
  tree.question.answers = {"Paris"};
  tree.agents = {{"A", "model-a", ""}, {"B", "model-b", ""}};
  tree.settings = {{"seed", 12}};
  for (const std::string& node : nodes) tree.nodes.push_back(node_of(node, tree));
  persuasion::score_tree(tree);
  return tree;
}

/// The worked example of the paper's Figure 2: A is right, B wrong; A gives in or resists, B answers three times more.
inline Tree figure_2() {
  return tree_of("q1", "What is the capital of France?",
                 {"-1 A Paris+", "0 B Lyon", "1 A/acceptant Lyon", "1 A/resistant Paris+", "3 B/emotional Paris+",
                  "3 B/credible Lyon", "3 B/logical Paris+"});
}

}  // namespace counterpoint::test
