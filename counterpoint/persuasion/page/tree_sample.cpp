#include "counterpoint/persuasion/page/tree_sample.h"

#include <algorithm>

#include "counterpoint/persuasion/tree_file.h"

namespace counterpoint::persuasion {
namespace {

bool tells_more(const TreeSample& a, const TreeSample& b) {
  if (a.pairs.size() != b.pairs.size()) return a.pairs.size() > b.pairs.size();
  return a.tree.nodes.size() > b.tree.nodes.size();
}

}  // namespace

TreeSamples sample_trees(const std::filesystem::path& trees_file, size_t most) {
  TreeSamples out;
  read_trees(trees_file, [&](Tree&& tree, const data::RowPlace&) {
    out.all.add(tree);
    TreeSample sample{.tree = std::move(tree), .pairs = {}};
    sample.pairs = mine_tree(sample.tree).pairs;
    const auto place = std::upper_bound(out.samples.begin(), out.samples.end(), sample, tells_more);
    out.samples.insert(place, std::move(sample));
    if (out.samples.size() > most) out.samples.pop_back();
  });
  return out;
}

}  // namespace counterpoint::persuasion
