#include "counterpoint/report/interval_chart.h"

#include <fmt/format.h>

#include <algorithm>

#include "counterpoint/report/figure.h"
#include "counterpoint/report/terminal.h"

namespace counterpoint::report {
namespace {

constexpr double width = 360, row_height = 18, group_head = 20, group_gap = 8, axis_room = 36;
constexpr double value_room = 40;  // right of the axis: the means in figures
constexpr double cell_width = 96, cell_height = 14, cell_edge = 5;

double height_of(const IntervalChart& chart) {
  double height = axis_room;
  for (const IntervalGroup& group : chart.groups)
    height += group_head + group_gap + row_height * static_cast<double>(group.rows.size());
  return height;
}

double label_room(const IntervalChart& chart) {
  size_t longest = 4;
  for (const IntervalGroup& group : chart.groups)
    for (const IntervalRow& row : group.rows) longest = std::max(longest, display_width(row.label));
  return 10 + 6.2 * static_cast<double>(std::min<size_t>(longest, 24));
}

class IntervalDrawing {
 public:
  IntervalDrawing(const IntervalChart& chart, const Range& range)
      : chart_(chart),
        left_(label_room(chart)),
        axis_({range.low(), range.high(), 4}, left_ + 6, width - value_room - 6),
        svg_(width, height_of(chart)) {}

  std::string html() {
    draw_axis(height_of(chart_) - axis_room);
    double y = 0;
    for (const IntervalGroup& group : chart_.groups) y = draw_group(group, y) + group_gap;
    return svg_.html(chart_.title);
  }

 private:
  void draw_axis(double bottom) {
    for (const double tick : axis_.ticks()) {
      svg_.line(axis_.place(tick), 4, axis_.place(tick), bottom, "grid");
      svg_.text(axis_.place(tick), bottom + 13, axis_.label(tick, chart_.style.percent), "middle", "tick");
    }
    svg_.text((left_ + width - value_room) / 2, bottom + 30, chart_.x_label, "middle", "axis-label");
  }

  double draw_group(const IntervalGroup& group, double y) {
    y += group_head;
    svg_.text(0, y - 6, cut_to(group.label, 32, {}), "start", "label " + colour_class(group.colour));
    if (!group.note.empty()) svg_.text(width, y - 6, group.note, "end", "tick");
    for (size_t i = 0; i < group.rows.size(); ++i, y += row_height) {
      const double middle = y + row_height / 2;
      if (i > 0 && group.rows[i].linked)
        svg_.line(axis_.place(group.rows[i - 1].value.mean), middle - row_height, axis_.place(group.rows[i].value.mean),
                  middle, "link " + colour_class(group.colour));
      draw_row(group, group.rows[i], middle);
    }
    return y;
  }

  void draw_row(const IntervalGroup& group, const IntervalRow& row, double y) {
    const std::string colour = colour_class(group.colour), value = format_number(row.value.mean, chart_.style);
    svg_.text(left_ - 4, y + 3.5, cut_to(row.label, 24, {}), "end", "tick");
    if (row.value.low && row.value.high)
      svg_.line(axis_.place(*row.value.low), y, axis_.place(*row.value.high), y, "bar " + colour);
    svg_.mark(row.mark, axis_.place(row.value.mean), y, 4, colour,
              fmt::format("{}, {}: {} {}", group.label, row.label, value, format_interval(row.value, chart_.style)));
    svg_.text(width, y + 3.5, value, "end", "value");
  }

  const IntervalChart& chart_;
  double left_;
  Axis axis_;
  Svg svg_;
};

Axis cell_scale_axis(const CellScale& scale) {
  return Axis({scale.range.low(), scale.range.high(), 4}, cell_edge, cell_width - cell_edge);
}

}  // namespace

std::string draw(const IntervalChart& chart) {
  Range range;
  for (const IntervalGroup& group : chart.groups)
    for (const IntervalRow& row : group.rows) range.add(row.value);
  return range.empty() ? "" : figure_html(chart.title, IntervalDrawing(chart, range).html(), chart.note);
}

std::string cell_interval(const Estimate& estimate, const CellScale& scale, int colour) {
  if (scale.range.empty()) return "";
  const Axis axis = cell_scale_axis(scale);
  const std::string paint = colour_class(colour);
  const double middle = cell_height / 2;
  Svg svg(cell_width, cell_height);
  if (scale.reference)
    svg.line(axis.place(*scale.reference), 0, axis.place(*scale.reference), cell_height, "reference");
  for (const double repeat : estimate.repeats)
    svg.line(axis.place(repeat), 1, axis.place(repeat), cell_height - 1, "repeat " + paint);
  if (estimate.low && estimate.high)
    svg.line(axis.place(*estimate.low), middle, axis.place(*estimate.high), middle, "bar " + paint);
  svg.mark(mark_of(colour), axis.place(estimate.mean), middle, 3.4, paint);
  return svg.html("interval", "cell");
}

std::string cell_axis(const CellScale& scale, bool percent) {
  if (scale.range.empty()) return "";
  const Axis axis = cell_scale_axis(scale);
  Svg svg(cell_width, 20);
  svg.line(cell_edge, 1, cell_width - cell_edge, 1, "axis");
  for (const double tick : axis.ticks()) svg.line(axis.place(tick), 1, axis.place(tick), 4, "axis");
  for (const double end : {axis.low(), axis.high()})
    svg.text(axis.place(end), 16, axis.label(end, percent), "middle", "tick");
  return svg.html("scale of this column", "cell");
}

}  // namespace counterpoint::report
