// The arms' table and, arm by arm, what it gains over base on the same seeds.
#include <algorithm>

#include "counterpoint/protoclip/page/sections.h"
#include "counterpoint/report/figure.h"
#include "counterpoint/report/html.h"
#include "counterpoint/report/interval_chart.h"

namespace counterpoint::protoclip {
namespace {

using report::HtmlCell;

std::vector<report::EstimateColumn> measured_columns(const ClipPage& page) {
  std::vector<report::EstimateColumn> columns;
  for (const report::EstimateColumn& column : result_columns())
    if (std::any_of(page.results.begin(), page.results.end(),
                    [&](const ResultRow& row) { return row.metric == column.key; }))
      columns.push_back(column);
  return columns;
}

HtmlCell gain_cell(const std::optional<PairedGain>& gain, const report::EstimateColumn& column, int colour,
                   const report::CellScale& scale) {
  if (!gain) return {.html = "<span class=\"aside\">–</span>"};
  const std::string seeds = fmt::format("{} of {} seeds above", gain->positive, gain->seeds);
  return {.html = "<span class=\"mean\">" +
                  report::escape_html(report::format_difference(gain->estimate.mean, column.style)) +
                  "</span><span class=\"aside\">" + seeds + "</span>" +
                  report::cell_interval(gain->estimate, scale, colour)};
}

report::CellScale gain_scale(const ClipPage& page, const std::vector<std::string>& arms, const std::string& metric) {
  report::CellScale scale{.range = {}, .reference = 0};
  scale.range.add(0);
  for (size_t arm = 1; arm < arms.size(); ++arm)
    if (const auto gain = paired_gain(page.results, arms[arm], arms[0], metric)) {
      scale.range.add(gain->estimate);
      for (const double value : gain->estimate.repeats) scale.range.add(value);
    }
  return scale;
}

}  // namespace

std::vector<std::string> ordered_arms(const ClipPage& page) {
  std::vector<std::string> arms = arms_of(page.results);
  for (const ClipCurve& curve : page.curves)
    if (std::find(arms.begin(), arms.end(), curve.arm) == arms.end()) arms.push_back(curve.arm);
  const auto base = std::find(arms.begin(), arms.end(), page.base);
  if (base != arms.end()) std::rotate(arms.begin(), base, base + 1);
  return arms;
}

std::string arms_html(const ClipPage& page) {
  std::vector<report::EstimateRow> rows;
  for (const std::string& arm : ordered_arms(page)) {
    report::EstimateRow row{.name = arm, .colour = static_cast<int>(rows.size()), .values = {}};
    for (const report::EstimateColumn& column : measured_columns(page))
      if (const auto value = over_seeds(page.results, arm, column.key)) row.values[column.key] = *value;
    rows.push_back(std::move(row));
  }
  const std::string table = report::estimate_table("The arms' results", "Arm", measured_columns(page), rows);
  if (table.empty()) return "";
  return table + report::note_html(std::string(report::kEstimateTableNote) +
                                   " The interval is one standard deviation over seeds.");
}

std::string gains_html(const ClipPage& page) {
  const std::vector<std::string> arms = ordered_arms(page);
  const std::vector<report::EstimateColumn> columns = measured_columns(page);
  if (arms.size() < 2 || columns.empty()) return "";
  std::vector<HtmlCell> head{report::text_cell("Arm")};
  std::vector<report::CellScale> scales;
  for (const report::EstimateColumn& column : columns) {
    head.push_back(report::text_cell(column.label + (column.style.percent ? ", points" : "")));
    scales.push_back(gain_scale(page, arms, column.key));
  }
  report::HtmlTable table("Gains over " + arms[0], head);
  for (size_t arm = 1; arm < arms.size(); ++arm) {
    std::vector<HtmlCell> cells{report::text_cell(arms[arm])};
    for (size_t i = 0; i < columns.size(); ++i)
      cells.push_back(gain_cell(paired_gain(page.results, arms[arm], arms[0], columns[i].key), columns[i],
                                static_cast<int>(arm), scales[i]));
    table.add_row(cells);
  }
  return table.html() + report::note_html("Each arm minus " + arms[0] +
                                          " on the same seed: mean, one standard deviation over seeds, single seeds as "
                                          "ticks; the dotted line is no difference.");
}

}  // namespace counterpoint::protoclip
