#include "counterpoint/persuasion/tree.h"

namespace counterpoint::persuasion {

std::vector<std::vector<int>> children_of(const Tree& tree) {
  std::vector<std::vector<int>> children(tree.nodes.size());
  for (const Node& node : tree.nodes)
    if (node.parent >= 0) children[node.parent].push_back(node.id);
  return children;
}

void score_tree(Tree& tree) {
  for (Node& node : tree.nodes) node.score = node.correct ? 1 : 0;
  // Children stand behind their parents, so backwards each node's sum is complete when it is handed up.
  for (auto node = tree.nodes.rbegin(); node != tree.nodes.rend(); ++node)
    if (node->parent >= 0) tree.nodes[node->parent].score += node->score;
}

}  // namespace counterpoint::persuasion
