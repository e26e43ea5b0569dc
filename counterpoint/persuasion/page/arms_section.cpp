// The claims and the arms' table.
#include <fmt/format.h>

#include <cmath>

#include "counterpoint/persuasion/page/sections.h"
#include "counterpoint/report/figure.h"
#include "counterpoint/report/html.h"
#include "counterpoint/report/interval_chart.h"

namespace counterpoint::persuasion {
namespace {

using report::CellScale;
using report::Estimate;
using report::HtmlCell;

struct VerdictWords {
  const char *sign, *words, *style;
};

VerdictWords words_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::holds:
      return {"✓", "holds", "good"};
    case Verdict::does_not_hold:
      return {"✗", "does not hold", "bad"};
    case Verdict::not_decided:
      break;
  }
  return {"?", "not decided at this size", "open"};
}

const Estimate* value_of(const ArmRow& row, const StudyMetric& metric) {
  const auto found = row.values.find(metric.key);
  return found == row.values.end() || !std::isfinite(found->second.mean) ? nullptr : &found->second;
}

/// The best mean of a column, if there is one to be best.
std::optional<double> best_of(const std::vector<ArmRow>& rows, const StudyMetric& metric) {
  std::optional<double> best;
  if (metric.better == Better::neither || rows.size() < 2) return best;
  for (const ArmRow& row : rows)
    if (const Estimate* value = value_of(row, metric))
      if (!best || (metric.better == Better::higher ? value->mean > *best : value->mean < *best)) best = value->mean;
  return best;
}

CellScale scale_of(const std::vector<ArmRow>& rows, const StudyMetric& metric, const ArmOrder& order) {
  CellScale scale;
  for (const ArmRow& row : rows)
    if (const Estimate* value = value_of(row, metric)) {
      scale.range.add(*value);
      if (order.colour(row.arm) == 0) scale.reference = value->mean;
    }
  return scale;
}

std::string aside(const std::string& text) {
  return text.empty() ? "" : "<span class=\"aside\">" + report::escape_html(text) + "</span>";
}

HtmlCell head_cell(const StudyMetric& metric) {
  const char* direction = metric.better == Better::higher ? " ↑" : metric.better == Better::lower ? " ↓" : "";
  return {.html = report::escape_html(metric.label + (metric.style.percent ? ", %" : "") + direction) +
                  aside(metric.detail)};
}

HtmlCell value_cell(const Estimate* value, const StudyMetric& metric, const CellScale& scale, int colour, bool best) {
  if (!value) return {.html = "<span class=\"aside\">–</span>"};
  const std::string mean = report::escape_html(report::format_number(value->mean, metric.style));
  return {.html = "<span class=\"mean\">" + (best ? "<strong>" + mean + "</strong>" : mean) + "</span>" +
                  aside(report::format_interval(*value, metric.style)) + report::cell_interval(*value, scale, colour)};
}

}  // namespace

std::string claims_html(const StudyPage& page) {
  if (page.claims.empty()) return "";
  std::string out = "<ol class=\"claims\">\n";
  for (const StudyClaim& claim : page.claims) {
    const VerdictWords verdict = words_of(claim.verdict);
    out += fmt::format("<li><p>{}</p><p class=\"verdict {}\"><span aria-hidden=\"true\">{}</span> {}</p>{}</li>\n",
                       report::escape_html(claim.text), verdict.style, verdict.sign, verdict.words,
                       report::note_html(claim.detail));
  }
  return out + "</ol>\n";
}

std::string arms_html(const StudyPage& page, const ArmOrder& order) {
  if (page.arms.empty() || page.metrics.empty()) return "";
  const std::vector<ArmRow> rows = order.sorted(page.arms);
  std::vector<HtmlCell> head{report::text_cell("Arm")}, foot{report::text_cell("")};
  std::vector<CellScale> scales;
  for (const StudyMetric& metric : page.metrics) {
    scales.push_back(scale_of(rows, metric, order));
    head.push_back(head_cell(metric));
    foot.push_back({.html = report::cell_axis(scales.back(), metric.style.percent)});
  }
  report::HtmlTable table("The arms' results", head);
  for (const ArmRow& row : rows) {
    const int colour = order.colour(row.arm);
    std::vector<HtmlCell> cells{{.html = fmt::format("<span class=\"arm {}\">{}</span>", report::colour_class(colour),
                                                     report::escape_html(row.arm))}};
    for (size_t i = 0; i < page.metrics.size(); ++i) {
      const Estimate* value = value_of(row, page.metrics[i]);
      const bool best = value && best_of(rows, page.metrics[i]) == value->mean;
      cells.push_back(value_cell(value, page.metrics[i], scales[i], colour, best));
    }
    table.add_row(cells);
  }
  table.set_foot(foot);
  return table.html() + report::note_html(
                            "Mean, its interval in brackets and drawn below; thin ticks are the single runs, the "
                            "dotted line is base. ↑ "
                            "higher is better, ↓ lower is better; the best mean of a column is bold. " +
                            page.interval_note);
}

}  // namespace counterpoint::persuasion
