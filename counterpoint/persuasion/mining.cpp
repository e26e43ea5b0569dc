#include "counterpoint/persuasion/mining.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/core/folder_owner.h"
#include "counterpoint/persuasion/mining_report.h"
#include "counterpoint/persuasion/run_folder.h"

namespace counterpoint::persuasion {
namespace fs = std::filesystem;
namespace {

using data::Json;

constexpr const char* command = "pbt mine";

void count_nodes(const Tree& tree, MiningCounts& counts) {
  int first = 0, first_agreed = 0, later = 0, later_agreed = 0;
  for (const Node& node : tree.nodes) {
    counts.unread += node.answer.empty();
    counts.agreements += node.agreed;
    if (node.turn == 0) continue;
    (node.turn == 1 ? first : later) += 1;
    (node.turn == 1 ? first_agreed : later_agreed) += node.agreed;
  }
  const bool at_once = first > 0 && first_agreed == first;
  ++counts.trees;
  counts.nodes += static_cast<std::int64_t>(tree.nodes.size());
  counts.agreed_at_once += at_once;
  counts.agreed_trees += at_once || (later > 0 && later_agreed == later);
}

std::vector<std::string> names_of(const std::vector<fs::path>& paths) {
  std::vector<std::string> names;
  for (const fs::path& path : paths) names.push_back(path.string());
  return names;
}

void mine_into(const Tree& tree, Mined& mined) {
  count_nodes(tree, mined.counts);
  mined.questions.add(tree.question.id, tree.question.question);
  TreePairs found = mine_tree(tree);
  mined.counts.siblings += found.siblings;
  for (size_t i = 0; i < no_pair_reasons; ++i) mined.counts.dropped[i] += found.dropped[i];
  std::move(found.pairs.begin(), found.pairs.end(), std::back_inserter(mined.pairs));
}

/// What makes a run another run. Absolute names, so that it does not matter from where it is started again.
Json config_of(const MiningSettings& settings) {
  std::vector<std::string> inputs;
  for (const fs::path& input : settings.inputs) inputs.push_back(fs::weakly_canonical(trees_file_of(input)).string());
  std::sort(inputs.begin(), inputs.end());
  const auto twice = std::adjacent_find(inputs.begin(), inputs.end());
  if (twice != inputs.end()) fail("{} is named twice", *twice);
  return {
      {"command", command},
      {"settings",
       {{"trees", inputs}, {"pair_rule", name_of(settings.selection.rule)}, {"balance", settings.selection.balance}}}};
}

fs::path rows_file(const fs::path& folder, Split split) { return folder / fmt::format("{}.jsonl", name_of(split)); }

void refuse_other_run(const fs::path& folder, const Json& config) {
  const fs::path file = folder / "config.json";
  if (fs::exists(folder) && !fs::is_directory(folder)) fail("{} is a file, a folder was expected", folder.string());
  if (!fs::exists(file)) {
    if (holds_other_files(folder, [](const std::string&) { return false; }))
      fail("{} holds other files and no config.json of '{}'; choose a new or empty --output-dir", folder.string(),
           command);
    return;
  }
  const Json found = data::read_json(file);
  if (!found.is_object() || found.value("command", Json()) != command || !found.contains("settings"))
    fail("{} is not that of '{}'; choose another --output-dir", file.string(), command);
  const std::vector<std::string> differ = differences(found["settings"], config["settings"]);
  if (!differ.empty())
    fail("{} holds pairs of another run: {}. Choose another --output-dir or delete that folder", folder.string(),
         fmt::join(differ, "; "));
}

}  // namespace

Mined mine_files(const MiningSettings& settings, ProgressSink& progress) {
  Mined mined;
  for (const fs::path& input : settings.inputs) {
    const auto take = [&](Tree&& tree, const data::RowPlace&) {
      mine_into(tree, mined);
      progress.update(mined.counts.trees, 0, "");
    };
    TreeFileReport report = read_trees(
        input, take,
        {.skip_bad = settings.skip_bad, .hint = " (--skip-bad leaves such lines out)", .threads = settings.threads});
    std::move(report.damaged.begin(), report.damaged.end(), std::back_inserter(mined.counts.damaged));
    if (!report.unfinished.empty()) mined.counts.unfinished.push_back(report.unfinished);
  }
  progress.finish();
  if (mined.counts.trees == 0) fail("no tree in {}", fmt::join(names_of(settings.inputs), ", "));
  return mined;
}

MiningResult run_mining(const MiningSettings& settings, ProgressSink& progress) {
  const fs::path& folder = settings.output_dir;
  const Json config = config_of(settings);
  refuse_other_run(folder, config);
  MiningResult result;
  result.mined = mine_files(settings, progress);
  const auto select = [&](PairRule rule) {
    return select_pairs(result.mined.pairs, result.mined.questions, {rule, settings.selection.balance});
  };
  result.labels = select(PairRule::labels);
  result.score = select(PairRule::score);
  make_dirs(folder);
  fs::remove(folder / "summary.json");  // it comes last again, and says that the rest is whole
  write_file_atomic(folder / "config.json", config.dump(2) + "\n");
  const Selection& chosen = result.by(settings.selection.rule);
  for (const Split split : splits)
    write_file_atomic(rows_file(folder, split), lines_of(chosen.rows[static_cast<size_t>(split)]));
  write_file_atomic(folder / "summary.json", summary_of(settings, result).dump(2) + "\n");
  return result;
}

}  // namespace counterpoint::persuasion
