#include "counterpoint/report/line_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "counterpoint/report/axis.h"
#include "counterpoint/report/figure.h"
#include "counterpoint/report/terminal.h"

namespace counterpoint::report {
namespace {

constexpr double width = 360, height = 220, top = 10, bottom = height - 38, left = 42;
constexpr double label_gap = 13;   // between the base lines of two names
constexpr size_t few_points = 12;  // up to here each has its mark

/// A name beside the end of its line; `y` is where the line ends, `at` where there is room for it.
struct EndLabel {
  std::string name;
  int colour;
  double y, at;
};

class LineDrawing {
 public:
  LineDrawing(const LineChart& chart, const Range& x, const Range& y)
      : chart_(chart),
        right_(width - 12 - longest_name(chart) * 6.4),
        x_({x.low(), x.high(), 4, chart.whole_x, true}, left, right_),
        y_({y.low(), y.high(), 4}, bottom, top) {}

  std::string html() {
    draw_axes();
    for (const bool faint : {true, false})
      for (size_t i = 0; i < chart_.series.size(); ++i)
        if (chart_.series[i].faint == faint) draw_series(chart_.series[i], i);
    draw_names();
    return svg_.html(chart_.title + ", by " + chart_.x_label);
  }

 private:
  static double longest_name(const LineChart& chart) {
    size_t longest = 0;
    for (const ChartSeries& series : chart.series) longest = std::max(longest, display_width(shown(series.name)));
    return static_cast<double>(longest);
  }
  static std::string shown(const std::string& name) { return cut_to(name, 18, {}); }

  void draw_axes() {
    for (const double tick : y_.ticks()) {
      const double y = y_.place(tick);
      svg_.line(left, y, right_, y, std::abs(tick) < 1e-12 ? "grid zero" : "grid");
      svg_.text(left - 6, y + 3.5, y_.label(tick, chart_.style.percent), "end", "tick");
    }
    for (const double tick : x_.ticks()) {
      svg_.line(x_.place(tick), bottom, x_.place(tick), bottom + 4, "axis");
      svg_.text(x_.place(tick), bottom + 16, x_.label(tick, false), "middle", "tick");
    }
    svg_.line(left, bottom, right_, bottom, "axis");
    svg_.text((left + right_) / 2, height - 6, chart_.x_label, "middle", "axis-label");
  }

  static bool has_marks(const ChartSeries& series) { return !series.faint && series.points.size() <= few_points; }

  void draw_series(const ChartSeries& series, size_t index) {
    const std::string colour = colour_class(series.colour);
    // Series with few points stand a little aside of each other, so that no interval hides another.
    const double middle = static_cast<double>(chart_.series.size() - 1) / 2;
    const double aside = has_marks(series) && chart_.series.size() <= 8 ? (static_cast<double>(index) - middle) * 3 : 0;
    svg_.path(path_of(series, aside),
              fmt::format("line {}{}{}", colour, series.faint ? " faint" : "", series.dashed ? " dashed" : ""));
    for (const ChartPoint& point : series.points) {
      if (!std::isfinite(point.y)) continue;
      const double x = x_.place(point.x) + aside;
      if (point.low && point.high) svg_.line(x, y_.place(*point.low), x, y_.place(*point.high), "bar " + colour);
      if (has_marks(series)) svg_.mark(mark_of(series.colour), x, y_.place(point.y), 3.4, colour, words(series, point));
    }
    if (!series.name.empty()) name_at_end(series);
  }

  std::string words(const ChartSeries& series, const ChartPoint& point) const {
    const Estimate estimate{point.y, point.low, point.high, {}};
    return fmt::format("{}, {} {}: {} {}", series.name, chart_.x_label, format_freely(point.x),
                       format_number(point.y, chart_.style), format_interval(estimate, chart_.style));
  }

  std::string path_of(const ChartSeries& series, double aside) const {
    std::string path;
    bool pen_down = false;
    for (const ChartPoint& point : series.points) {
      if (std::isfinite(point.y))
        path +=
            fmt::format("{}{} {}", pen_down ? "L" : "M", pixels(x_.place(point.x) + aside), pixels(y_.place(point.y)));
      pen_down = std::isfinite(point.y);
    }
    return path;
  }

  void name_at_end(const ChartSeries& series) {
    for (auto point = series.points.rbegin(); point != series.points.rend(); ++point) {
      if (!std::isfinite(point->y)) continue;
      const double y = y_.place(point->y);
      labels_.push_back({shown(series.name), series.colour, y, y});
      return;
    }
  }

  /// Names move apart until none covers another, and stay within the drawing.
  void draw_names() {
    std::stable_sort(labels_.begin(), labels_.end(), [](const auto& a, const auto& b) { return a.y < b.y; });
    for (size_t i = 1; i < labels_.size(); ++i) labels_[i].at = std::max(labels_[i].at, labels_[i - 1].at + label_gap);
    double limit = bottom;
    for (auto label = labels_.rbegin(); label != labels_.rend(); ++label, limit -= label_gap)
      label->at = std::min(label->at, limit);
    for (const EndLabel& label : labels_) {
      if (std::abs(label.at - label.y) > 3) svg_.line(right_ + 2, label.y, right_ + 8, label.at, "leader");
      svg_.text(right_ + 10, label.at + 3.5, label.name, "start", "label " + colour_class(label.colour));
    }
  }

  const LineChart& chart_;
  double right_;
  Axis x_, y_;
  Svg svg_{width, height};
  std::vector<EndLabel> labels_;
};

}  // namespace

std::string draw(const LineChart& chart) {
  Range x, y;
  for (const ChartSeries& series : chart.series)
    for (const ChartPoint& point : series.points) {
      if (!std::isfinite(point.y)) continue;
      x.add(point.x);
      y.add(Estimate{point.y, point.low, point.high, {}});
    }
  if (x.empty() || y.empty()) return "";
  if (chart.y_at) y.add(*chart.y_at);
  if (chart.y_to) y.add(*chart.y_to);
  return figure_html(chart.title, LineDrawing(chart, x, y).html(), chart.note);
}

}  // namespace counterpoint::report
