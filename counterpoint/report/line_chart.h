// A line chart as inline SVG: several series with their intervals, each named at the end of its line.
#pragma once
#include <string>
#include <vector>

#include "counterpoint/report/number.h"

namespace counterpoint::report {

struct ChartPoint {
  double x = 0, y = 0;              ///< a point that is not finite breaks the line
  std::optional<double> low, high;  ///< drawn as a bar through the point
};

struct ChartSeries {
  std::string name;  ///< written at the end of the line; "": not named
  int colour = 0;    ///< which of the page's series colours
  std::vector<ChartPoint> points;
  bool faint = false;   ///< thin: one repetition of many
  bool dashed = false;  ///< another kind of the same: validation beside training
};

struct LineChart {
  std::string title;
  std::string note;  ///< below the drawing; may be empty
  std::string x_label;
  NumberStyle style;                 ///< how y is written
  bool whole_x = true;               ///< x counts something: steps, turns
  std::optional<double> y_at, y_to;  ///< the axis reaches at least so far down and up
  std::vector<ChartSeries> series;
};

/// <figure> with title, drawing and note. Marks stand at the points where a line has few of them. "" where no series
/// has a finite point.
std::string draw(const LineChart& chart);

}  // namespace counterpoint::report
