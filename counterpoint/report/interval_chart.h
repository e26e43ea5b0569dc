// Estimates with their intervals on one axis: groups of rows (what a forest plot or a dumbbell chart shows), and a
// single interval small enough for a table's cell.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "counterpoint/report/axis.h"
#include "counterpoint/report/svg.h"

namespace counterpoint::report {

struct IntervalRow {
  std::string label;  ///< "before", "after"
  Estimate value;
  Mark mark = Mark::circle;
  bool linked = false;  ///< a line leads here from the row above: the two are one thing before and after
};

struct IntervalGroup {
  std::string label;  ///< above its rows
  int colour = 0;
  std::string note;  ///< beside the label: what the rows come to, "−21.7 points"
  std::vector<IntervalRow> rows;
};

struct IntervalChart {
  std::string title;
  std::string note;
  std::string x_label;
  NumberStyle style;
  std::vector<IntervalGroup> groups;
};

/// <figure>; "" without a row.
std::string draw(const IntervalChart& chart);

/// What a table's column shares, so that the intervals of its cells stand on one scale.
struct CellScale {
  Range range;
  std::optional<double> reference;  ///< a thin line through all cells: the row that the others are compared with
};

/// The interval as a bar, its mean as a mark, each repetition as a small tick.
std::string cell_interval(const Estimate& estimate, const CellScale& scale, int colour);
/// The scale itself, for the table's foot.
std::string cell_axis(const CellScale& scale, bool percent);

}  // namespace counterpoint::report
