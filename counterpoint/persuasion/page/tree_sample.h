// Which trees of many are worth a look.
#pragma once
#include <filesystem>

#include "counterpoint/persuasion/page/study_page.h"

namespace counterpoint::persuasion {

struct TreeSamples {
  TreeSummary all;                  ///< every tree of the file
  std::vector<TreeSample> samples;  ///< those with the most pairs, then the most replies, then the first in the file
};

/// Reads trees.jsonl and keeps at most `most` trees with their pairs. Error: see read_trees.
TreeSamples sample_trees(const std::filesystem::path& trees_file, size_t most = 30);

}  // namespace counterpoint::persuasion
