#include "counterpoint/report/estimate_table.h"

#include <fmt/format.h>

#include <cmath>

#include "counterpoint/report/html.h"
#include "counterpoint/report/interval_chart.h"

namespace counterpoint::report {
namespace {

const Estimate* value_of(const EstimateRow& row, const EstimateColumn& column) {
  const auto found = row.values.find(column.key);
  return found == row.values.end() || !std::isfinite(found->second.mean) ? nullptr : &found->second;
}

/// The best mean of a column, if there is one to be best.
std::optional<double> best_of(const std::vector<EstimateRow>& rows, const EstimateColumn& column) {
  std::optional<double> best;
  if (column.better == Better::neither || rows.size() < 2) return best;
  for (const EstimateRow& row : rows)
    if (const Estimate* value = value_of(row, column))
      if (!best || (column.better == Better::higher ? value->mean > *best : value->mean < *best)) best = value->mean;
  return best;
}

CellScale scale_of(const std::vector<EstimateRow>& rows, const EstimateColumn& column) {
  CellScale scale;
  for (const EstimateRow& row : rows)
    if (const Estimate* value = value_of(row, column)) {
      scale.range.add(*value);
      for (const double repeat : value->repeats) scale.range.add(repeat);
      if (row.colour == 0) scale.reference = value->mean;
    }
  return scale;
}

std::string aside(const std::string& text) {
  return text.empty() ? "" : "<span class=\"aside\">" + escape_html(text) + "</span>";
}

HtmlCell head_cell(const EstimateColumn& column) {
  const char* direction = column.better == Better::higher ? " ↑" : column.better == Better::lower ? " ↓" : "";
  return {.html = escape_html(column.label + (column.style.percent ? ", %" : "") + direction) + aside(column.detail)};
}

HtmlCell value_cell(const Estimate* value, const EstimateColumn& column, const CellScale& scale, int colour,
                    bool best) {
  if (!value) return {.html = "<span class=\"aside\">–</span>"};
  const std::string mean = escape_html(format_number(value->mean, column.style));
  return {.html = "<span class=\"mean\">" + (best ? "<strong>" + mean + "</strong>" : mean) + "</span>" +
                  aside(format_interval(*value, column.style)) + cell_interval(*value, scale, colour)};
}

}  // namespace

const char* const kEstimateTableNote =
    "Mean, its interval in brackets and drawn below; thin ticks are the single runs, the dotted line is the first row. "
    "↑ higher is better, ↓ lower is better; the best mean of a column is bold.";

std::string estimate_table(const std::string& caption, const std::string& head,
                           const std::vector<EstimateColumn>& columns, const std::vector<EstimateRow>& rows) {
  if (rows.empty() || columns.empty()) return "";
  std::vector<HtmlCell> heads{text_cell(head)}, foot{text_cell("")};
  std::vector<CellScale> scales;
  for (const EstimateColumn& column : columns) {
    scales.push_back(scale_of(rows, column));
    heads.push_back(head_cell(column));
    foot.push_back({.html = cell_axis(scales.back(), column.style.percent)});
  }
  HtmlTable table(caption, heads);
  for (const EstimateRow& row : rows) {
    std::vector<HtmlCell> cells{
        {.html = fmt::format("<span class=\"arm {}\">{}</span>", colour_class(row.colour), escape_html(row.name))}};
    for (size_t i = 0; i < columns.size(); ++i) {
      const Estimate* value = value_of(row, columns[i]);
      const bool best = value && best_of(rows, columns[i]) == value->mean;
      cells.push_back(value_cell(value, columns[i], scales[i], row.colour, best));
    }
    table.add_row(cells);
  }
  table.set_foot(foot);
  return table.html();
}

}  // namespace counterpoint::report
