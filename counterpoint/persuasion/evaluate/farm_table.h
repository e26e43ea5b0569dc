// Farm's result tables: their summary columns computed anew from what was recorded for each question.
#pragma once
#include <filesystem>

#include "counterpoint/persuasion/evaluate/farm_counts.h"

namespace counterpoint::persuasion {

struct FarmRow {
  std::vector<std::string> cells;  ///< by FarmTable::columns: computed where the counts tell it, else as recorded
  FarmSummary summary;
  std::vector<std::string> disagreements;  ///< "SR: 0.5 is recorded, 0.25 follows from the counts"
  /// Turns at which fewer beliefs were right than questions were not persuaded. No contradiction: a belief that is no
  /// answer ("don't know") is neither right nor persuaded. It is why correct_num cannot be computed from the counts.
  int turns_without_belief = 0;
};

struct FarmTable {
  std::vector<std::string> columns;  ///< the file's, in its order; SR, meanT, .. that it lacks at the end
  std::vector<FarmRow> rows;
};

/// From a CSV file with at least persuasion_counts ("1;0;100;.."). SR, meanT, maxT, minT, wa, pd and npd are computed
/// anew, correct_num and the rest kept. Error: no such column, a count that is none, by line.
FarmTable recompute_farm(const std::filesystem::path& path);

/// A JSON list, one object a row, keys as the columns; numbers as Python prints them.
std::string json_text(const FarmTable& table);

}  // namespace counterpoint::persuasion
