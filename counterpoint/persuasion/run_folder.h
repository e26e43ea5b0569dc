// The folder of a run that grows trees:
//   config.json  what shaped the trees (settings: these never change within a folder) and how they were grown (run)
//   trees.jsonl  one whole tree a line, in the order in which they got done
// A run that is started again with the same folder goes on from what is there.
#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "counterpoint/core/files.h"
#include "counterpoint/persuasion/tree.h"

namespace counterpoint::persuasion {

class RunFolder {
 public:
  /// Creates the folder or opens that of an earlier run; an unfinished last line of trees.jsonl is cut off.
  /// `settings`: seed, models, sampling, tree config: what must be the same. `run`: what may differ.
  /// Error: the folder holds something else; other settings, naming each difference; a damaged tree, by line.
  RunFolder(const std::filesystem::path& folder, const data::Json& settings, const data::Json& run);

  std::int64_t trees() const { return std::ssize(questions_); }
  /// The questions whose trees are missing. Error: a tree is there under a question's id with another text.
  std::vector<Question> missing(const std::vector<Question>& questions) const;
  /// Error: no space; says that the trees so far are safe and how to go on.
  void append(const Tree& tree);

  std::filesystem::path trees_file() const { return folder_ / "trees.jsonl"; }
  std::filesystem::path config_file() const { return folder_ / "config.json"; }

 private:
  void check_settings(const data::Json& settings) const;
  void read_ids();

  std::filesystem::path folder_;
  std::unique_ptr<LineAppender> lines_;
  std::map<std::string, std::string> questions_;  ///< id to text, of the trees that are there
};

/// "seed: 12 there, 13 now", one for each value that differs.
std::vector<std::string> differences(const data::Json& there, const data::Json& now);

}  // namespace counterpoint::persuasion
