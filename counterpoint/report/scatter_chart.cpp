#include "counterpoint/report/scatter_chart.h"

#include <algorithm>
#include <cmath>

#include "counterpoint/report/axis.h"
#include "counterpoint/report/figure.h"
#include "counterpoint/report/terminal.h"

namespace counterpoint::report {
namespace {

constexpr double side = 330, edge = 8, legend = 22;

bool finite(const ScatterPoint& point) { return std::isfinite(point.x) && std::isfinite(point.y); }

class ScatterDrawing {
 public:
  ScatterDrawing(const ScatterChart& chart, const Range& x, const Range& y) : chart_(chart), svg_(side, side + legend) {
    const double extent = std::max({x.high() - x.low(), y.high() - y.low(), 1e-12});
    scale_ = (side - 2 * edge) / extent;
    middle_x_ = (x.low() + x.high()) / 2;
    middle_y_ = (y.low() + y.high()) / 2;
  }

  std::string html() {
    draw_legend();
    if (chart_.linked && chart_.groups.size() >= 2) draw_links(chart_.groups[0], chart_.groups[1]);
    for (const ScatterGroup& group : chart_.groups)
      for (const ScatterPoint& point : group.points)
        if (finite(point))
          svg_.mark(mark_of(group.colour), across(point), down(point), 2.6, colour_class(group.colour), point.words);
    return svg_.html(chart_.title, "chart scatter");
  }

 private:
  double across(const ScatterPoint& point) const { return side / 2 + (point.x - middle_x_) * scale_; }
  double down(const ScatterPoint& point) const { return legend + side / 2 - (point.y - middle_y_) * scale_; }

  void draw_legend() {
    double x = edge;
    for (const ScatterGroup& group : chart_.groups) {
      svg_.mark(mark_of(group.colour), x, 10, 4, colour_class(group.colour));
      svg_.text(x + 9, 14, group.name, "start", "label " + colour_class(group.colour));
      x += 24 + 6.4 * static_cast<double>(display_width(group.name));
    }
  }

  void draw_links(const ScatterGroup& from, const ScatterGroup& to) {
    for (size_t i = 0; i < std::min(from.points.size(), to.points.size()); ++i)
      if (finite(from.points[i]) && finite(to.points[i]))
        svg_.line(across(from.points[i]), down(from.points[i]), across(to.points[i]), down(to.points[i]), "grid");
  }

  const ScatterChart& chart_;
  Svg svg_;
  double scale_ = 1, middle_x_ = 0, middle_y_ = 0;
};

}  // namespace

std::string draw(const ScatterChart& chart) {
  Range x, y;
  for (const ScatterGroup& group : chart.groups)
    for (const ScatterPoint& point : group.points)
      if (finite(point)) {
        x.add(point.x);
        y.add(point.y);
      }
  return x.empty() ? "" : figure_html(chart.title, ScatterDrawing(chart, x, y).html(), chart.note);
}

}  // namespace counterpoint::report
