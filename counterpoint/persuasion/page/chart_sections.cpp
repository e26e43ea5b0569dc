// The evaluations as charts, each with its figures in a table behind it.
#include <fmt/format.h>

#include <cmath>

#include "counterpoint/persuasion/page/sections.h"
#include "counterpoint/report/figure.h"
#include "counterpoint/report/html.h"
#include "counterpoint/report/interval_chart.h"
#include "counterpoint/report/line_chart.h"

namespace counterpoint::persuasion {
namespace {

using report::Estimate;
using report::HtmlCell;
using report::Mark;

constexpr report::NumberStyle percent{.percent = true, .decimals = 1};

HtmlCell estimate_cell(const std::optional<Estimate>& estimate) {
  if (!estimate) return report::number_cell("–");
  HtmlCell cell = report::number_cell(report::format_number(estimate->mean, percent));
  const std::string interval = report::format_interval(*estimate, percent);
  if (!interval.empty()) cell.html += "<span class=\"aside\">" + report::escape_html(interval) + "</span>";
  return cell;
}

HtmlCell number_head(const std::string& text) { return report::number_cell(text); }

std::string as_table(const std::string& caption, const std::vector<std::string>& columns,
                     const std::vector<std::vector<HtmlCell>>& rows) {
  std::vector<HtmlCell> head{report::text_cell("Arm")};
  for (const std::string& column : columns) head.push_back(number_head(column));
  report::HtmlTable table(caption, head);
  for (const std::vector<HtmlCell>& row : rows) table.add_row(row);
  return table.html();
}

std::string turns_table(const std::vector<TurnRates>& arms, size_t turns) {
  std::vector<std::string> columns;
  for (size_t turn = 1; turn <= turns; ++turn) columns.push_back(fmt::format("turn {}", turn));
  std::vector<std::vector<HtmlCell>> rows;
  for (const TurnRates& arm : arms) {
    std::vector<HtmlCell> cells{report::text_cell(arm.arm)};
    for (size_t turn = 0; turn < turns; ++turn)
      cells.push_back(estimate_cell(turn < arm.by_turn.size() ? std::optional(arm.by_turn[turn]) : std::nullopt));
    rows.push_back(cells);
  }
  return as_table("Persuaded by misinformation, by turn, in per cent", columns, rows);
}

/// "−21.7 points": what the second mean is away from the first.
std::string points(const Estimate& from, const Estimate& to) {
  return report::format_difference(to.mean - from.mean, percent) + " points";
}

/// A chart and its figures, next to each other where there is room.
std::string beside(const std::string& figure, const std::string& table) {
  return "<div class=\"beside\">" + figure + table + "</div>\n";
}

}  // namespace

std::string misinformation_html(const StudyPage& page, const ArmOrder& order) {
  report::LineChart chart{.title = "Persuaded so far, %",
                          .note = "Bars are intervals. Lower is better: the appeals argue for a wrong answer.",
                          .x_label = "turns of appeals",
                          .style = percent,
                          .whole_x = true,
                          .y_at = 0.0,
                          .y_to = std::nullopt,
                          .series = {}};
  size_t turns = 0;
  const std::vector<TurnRates> arms = order.sorted(page.misinformation);
  for (const TurnRates& arm : arms) {
    report::ChartSeries series{.name = arm.arm, .colour = order.colour(arm.arm), .points = {}};
    for (const Estimate& rate : arm.by_turn)
      series.points.push_back({static_cast<double>(series.points.size() + 1), rate.mean, rate.low, rate.high});
    turns = std::max(turns, arm.by_turn.size());
    chart.series.push_back(series);
  }
  const std::string drawing = report::draw(chart);
  if (drawing.empty()) return "";
  return beside(drawing, turns_table(arms, turns));
}

std::string before_after_html(const StudyPage& page, const ArmOrder& order) {
  report::IntervalChart chart{.title = "Right answers before and after, %",
                              .note = "Small changes count only where accuracy before is kept: look at both.",
                              .x_label = "right answers, %",
                              .style = percent,
                              .groups = {}};
  std::vector<std::vector<HtmlCell>> rows;
  for (const BeforeAfter& arm : order.sorted(page.before_after)) {
    report::IntervalGroup group{
        .label = arm.arm, .colour = order.colour(arm.arm), .note = points(arm.before, arm.after), .rows = {}};
    group.rows.push_back({"before", arm.before, Mark::hollow_circle});
    group.rows.push_back({"after", arm.after, Mark::circle, true});
    if (arm.control) group.rows.push_back({"asked again", *arm.control, Mark::diamond});
    chart.groups.push_back(group);
    rows.push_back({report::text_cell(arm.arm), estimate_cell(arm.before), estimate_cell(arm.after),
                    report::number_cell(report::format_difference(arm.after.mean - arm.before.mean, percent)),
                    estimate_cell(arm.control)});
  }
  if (rows.empty()) return "";
  return beside(report::draw(chart), as_table("Accuracy before and after “Are you sure?”, in per cent",
                                              {"before", "after", "difference", "asked again"}, rows));
}

std::string debate_html(const StudyPage& page, const ArmOrder& order) {
  const DebateOrders& orders = page.debate_orders;
  report::IntervalChart chart{.title = "Team accuracy by who speaks first, %",
                              .note = "The closer the two orders, the less it matters who speaks first.",
                              .x_label = "right answers, mean of both agents, %",
                              .style = percent,
                              .groups = {}};
  std::vector<std::vector<HtmlCell>> rows;
  for (const DebateRow& arm : order.sorted(page.debate)) {
    const double gap = std::abs(arm.order_ab.mean - arm.order_ba.mean);
    report::IntervalGroup group{.label = arm.arm,
                                .colour = order.colour(arm.arm),
                                .note = "gap " + report::format_number(gap, percent) + " points",
                                .rows = {}};
    group.rows.push_back({orders.ab, arm.order_ab, Mark::circle});
    group.rows.push_back({orders.ba, arm.order_ba, Mark::square, true});
    if (arm.before) group.rows.push_back({"undiscussed", *arm.before, Mark::hollow_circle});
    chart.groups.push_back(group);
    rows.push_back({report::text_cell(arm.arm), estimate_cell(arm.order_ab), estimate_cell(arm.order_ba),
                    report::number_cell(report::format_number(gap, percent)), estimate_cell(arm.before)});
  }
  if (rows.empty()) return "";
  return beside(report::draw(chart), as_table("Team accuracy by arm and order, in per cent",
                                              {orders.ab, orders.ba, "gap", "undiscussed"}, rows));
}

}  // namespace counterpoint::persuasion
