// pbt mine: from files of trees to a folder of preference pairs.
#pragma once
#include <filesystem>

#include "counterpoint/core/progress.h"
#include "counterpoint/persuasion/pair_selection.h"
#include "counterpoint/persuasion/tree_file.h"

namespace counterpoint::persuasion {

struct MiningSettings {
  std::vector<std::filesystem::path> inputs;  ///< trees.jsonl files
  std::filesystem::path output_dir;
  SelectionSettings selection;
  bool skip_bad = false;  ///< damaged lines are counted instead of ending the run
  int threads = 0;        ///< that parse; 0: as many as the machine has
};

/// What was found in the files.
struct MiningCounts {
  std::int64_t trees = 0;
  std::int64_t nodes = 0;
  std::int64_t unread = 0;          ///< nodes without a readable answer
  std::int64_t agreements = 0;      ///< nodes at which all agents agree: branches that ended so
  std::int64_t agreed_at_once = 0;  ///< trees whose first answers agree: nothing to argue about
  std::int64_t agreed_trees = 0;    ///< trees in which every node after the first answers agrees; at once included
  std::int64_t siblings = 0;
  NoPairCounts dropped{};
  std::vector<std::string> damaged, unfinished;  ///< lines, see TreeFileReport
};

struct Mined {
  MiningCounts counts;
  std::vector<Pair> pairs;  ///< all, in file order
  QuestionGroups questions;
};

/// Moves, but never copies: the selections point into mined.pairs.
struct MiningResult {
  Mined mined;
  Selection labels, score;  ///< what each rule gives

  MiningResult() = default;
  MiningResult(MiningResult&&) = default;
  const Selection& by(PairRule rule) const { return rule == PairRule::labels ? labels : score; }
};

/// Reads the trees and mines each. Error: no tree at all; see read_trees.
Mined mine_files(const MiningSettings& settings, ProgressSink& progress);

/// Mines, and writes into the output folder: config.json first, then train.jsonl, valid.jsonl and test.jsonl, each
/// whole or not at all, and summary.json last. Error: the folder holds another run's files.
MiningResult run_mining(const MiningSettings& settings, ProgressSink& progress);

}  // namespace counterpoint::persuasion
