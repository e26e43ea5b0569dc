// trees.jsonl: one tree a line, as a run appends them.
#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "counterpoint/persuasion/tree.h"

namespace counterpoint::persuasion {

struct TreeFileSettings {
  /// A damaged line is counted and told in TreeFileReport::damaged instead of ending the reading with an Error.
  bool skip_bad = false;
  std::string hint;  ///< added to the Error of a damaged line
  int threads = 0;   ///< that parse; 0: as many as the machine has
};

struct TreeFileReport {
  std::int64_t trees = 0;
  std::vector<std::string> damaged;  ///< "FILE:LINE: why", only with skip_bad
  std::string unfinished;            ///< "FILE:LINE" of a last line that a killed run left unfinished; empty: none
};

/// The trees.jsonl of a folder of `pbt generate`; any other path is the file itself.
std::filesystem::path trees_file_of(const std::filesystem::path& path);

/// Calls `use` for each tree of trees_file_of(path), in the file's order, on
/// the calling thread. Error: the file cannot be read; a damaged line, by file, line and key. A last line without its
/// newline that is no whole tree is no error: a run was killed.
TreeFileReport read_trees(const std::filesystem::path& path,
                          const std::function<void(Tree&&, const data::RowPlace&)>& use,
                          const TreeFileSettings& settings = {});

}  // namespace counterpoint::persuasion
