// Horizontal bars from zero, each with its label and its figure: counts.
#pragma once
#include <string>
#include <vector>

namespace counterpoint::report {

struct Bar {
  std::string label;
  double value = 0;
  double whole = 0;  ///< where larger than value: a pale bar behind it, "of how many"
  int colour = 0;
};

struct BarChart {
  std::string title;
  std::string note;
  std::vector<Bar> bars;
};

/// <figure>; "" without a bar. The figures are whole numbers.
std::string draw(const BarChart& chart);

}  // namespace counterpoint::report
