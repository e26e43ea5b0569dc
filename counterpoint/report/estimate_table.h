// A table of what several arms of an experiment measured: each cell a mean, its interval, and both as a drawing.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "counterpoint/report/number.h"

namespace counterpoint::report {

enum class Better { higher, lower, neither };

struct EstimateColumn {
  std::string key;     ///< in EstimateRow::values
  std::string label;   ///< "+ → −"
  std::string detail;  ///< below the label, small: "resists misinformation"; may be empty
  Better better = Better::higher;
  NumberStyle style{.percent = true, .decimals = 1};
};

struct EstimateRow {
  std::string name;
  int colour = 0;                          ///< row of colour 0: the others are compared with it by a dotted line
  std::map<std::string, Estimate> values;  ///< by EstimateColumn::key; a missing one is an empty cell
};

/// Markup; "" without rows or columns. The best mean of a column is bold; the foot holds each column's scale. `head`:
/// what the rows are, "Arm".
std::string estimate_table(const std::string& caption, const std::string& head,
                           const std::vector<EstimateColumn>& columns, const std::vector<EstimateRow>& rows);

/// How to read it, for a note below.
extern const char* const kEstimateTableNote;

}  // namespace counterpoint::report
