#include "counterpoint/report/bar_chart.h"

#include <algorithm>
#include <cmath>

#include "counterpoint/report/figure.h"
#include "counterpoint/report/terminal.h"

namespace counterpoint::report {
namespace {

constexpr double width = 360, row_height = 24, bar_height = 13;

std::string figures_of(const Bar& bar) {
  const std::string value = thousands(std::llround(bar.value));
  return bar.whole > bar.value ? value + " of " + thousands(std::llround(bar.whole)) : value;
}

}  // namespace

std::string draw(const BarChart& chart) {
  if (chart.bars.empty()) return "";
  double most = 1;
  size_t label = 0, figures = 0;
  for (const Bar& bar : chart.bars) {
    most = std::max({most, bar.value, bar.whole});
    label = std::max(label, std::min<size_t>(24, display_width(bar.label)));
    figures = std::max(figures, figures_of(bar).size());
  }
  const double left = 10 + 6.2 * static_cast<double>(label), right = width - 10 - 6.4 * static_cast<double>(figures);
  const auto length = [&](double value) { return value / most * (right - left); };
  Svg svg(width, row_height * static_cast<double>(chart.bars.size()) + 4);
  double y = 2;
  for (const Bar& bar : chart.bars) {
    const double top = y + (row_height - bar_height) / 2, base = y + row_height / 2 + 4;
    const std::string colour = colour_class(bar.colour);
    if (bar.whole > bar.value) svg.rect(left, top, length(bar.whole), bar_height, "pale " + colour);
    svg.rect(left, top, length(bar.value), bar_height, "mark " + colour);
    svg.text(left - 6, base, cut_to(bar.label, 24, {}), "end", "tick");
    svg.text(left + length(std::max(bar.value, bar.whole)) + 6, base, figures_of(bar), "start", "value");
    y += row_height;
  }
  svg.line(left, 0, left, y + 2, "axis");
  return figure_html(chart.title, svg.html(chart.title), chart.note);
}

}  // namespace counterpoint::report
