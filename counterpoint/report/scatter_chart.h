// Points on a plane without units, as a projection gives them: one mark and colour for each group, pairs linked.
#pragma once
#include <string>
#include <vector>

#include "counterpoint/report/svg.h"

namespace counterpoint::report {

struct ScatterPoint {
  double x = 0, y = 0;
  std::string words;  ///< shown where the pointer rests on the point; plain text
};

struct ScatterGroup {
  std::string name;
  int colour = 0;
  std::vector<ScatterPoint> points;
};

struct ScatterChart {
  std::string title;
  std::string note;
  std::vector<ScatterGroup> groups;
  bool linked = false;  ///< point i of the first group and point i of the second are a pair: a thin line joins them
};

/// <figure> of a square drawing, both axes on one scale; points that are not finite are left out. "" without a point.
std::string draw(const ScatterChart& chart);

}  // namespace counterpoint::report
