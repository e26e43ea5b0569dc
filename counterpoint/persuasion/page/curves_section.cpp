// Training curves: a chart for each metric.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "counterpoint/persuasion/page/sections.h"
#include "counterpoint/report/figure.h"
#include "counterpoint/report/line_chart.h"

namespace counterpoint::persuasion {
namespace {

using report::ChartSeries;
using Points = std::vector<std::pair<double, double>>;
using Runs = std::vector<const TrainingCurve*>;

constexpr size_t most_points = 200;  // more do not fit side by side; the page stays small
constexpr const char* held_out = "eval_";

/// Charts in the order in which they are read; metrics that are not named here follow by name.
size_t place_of(const std::string& metric) {
  static const std::vector<std::string> first{
      "loss", "eval_loss", "rewards/margins", "rewards/accuracies", "rewards/chosen", "rewards/rejected"};
  return static_cast<size_t>(std::find(first.begin(), first.end(), metric) - first.begin());
}

bool is_validation(const std::string& metric) { return metric.starts_with(held_out); }

/// The chart that a metric stands in. In the page of one run, validation stands in the chart of training.
std::string chart_of(const std::string& metric, bool one_run) {
  return one_run && is_validation(metric) ? metric.substr(std::string_view(held_out).size()) : metric;
}

/// Means of neighbours, so that at most most_points are left.
Points thinned(const Points& points) {
  const size_t together = (points.size() + most_points - 1) / most_points;
  if (together <= 1) return points;
  Points out;
  for (size_t begin = 0; begin < points.size(); begin += together) {
    const size_t end = std::min(points.size(), begin + together);
    std::pair<double, double> mean;
    for (size_t i = begin; i < end; ++i) {
      mean.first += points[i].first / static_cast<double>(end - begin);
      mean.second += points[i].second / static_cast<double>(end - begin);
    }
    out.push_back(mean);
  }
  return out;
}

/// At the steps that all runs have.
Points mean_of(const Runs& runs) {
  std::map<double, std::pair<double, size_t>> sums;
  for (const TrainingCurve* run : runs)
    for (const auto& [step, value] : run->points) {
      sums[step].first += value;
      ++sums[step].second;
    }
  Points out;
  for (const auto& [step, sum] : sums)
    if (sum.second == runs.size()) out.emplace_back(step, sum.first / static_cast<double>(runs.size()));
  return out;
}

ChartSeries series_of(const Points& points, const std::string& name, int colour) {
  ChartSeries series{.name = name, .colour = colour, .points = {}};
  for (const auto& [step, value] : thinned(points)) series.points.push_back({.x = step, .y = value});
  return series;
}

/// The runs of one arm and metric: each seed thin, their mean strong; a single run is strong.
void add_runs(const Runs& runs, const std::string& name, int colour, bool dashed, report::LineChart& chart) {
  if (runs.size() > 1)
    for (const TrainingCurve* run : runs) {
      chart.series.push_back(series_of(run->points, "", colour));
      chart.series.back().faint = true;
    }
  chart.series.push_back(series_of(runs.size() > 1 ? mean_of(runs) : runs.front()->points, name, colour));
  chart.series.back().dashed = dashed;
}

/// The lines of one chart: by colour, then metric.
std::map<std::pair<int, std::string>, Runs> lines_of(const std::string& chart, const StudyPage& page,
                                                     const ArmOrder& order, bool one_arm) {
  std::map<std::pair<int, std::string>, Runs> lines;
  for (const TrainingCurve& curve : page.curves)
    if (chart_of(curve.metric, one_arm) == chart) {
      const int alone = is_validation(curve.metric) ? 1 : 2;
      lines[{one_arm ? alone : order.colour(curve.arm), curve.metric}].push_back(&curve);
    }
  return lines;
}

std::string chart_html(const std::string& title, const StudyPage& page, const ArmOrder& order, bool one_arm) {
  report::LineChart chart{.title = title,
                          .note = "",
                          .x_label = "step",
                          .style = {.percent = false, .decimals = 3},
                          .whole_x = true,
                          .y_at = std::nullopt,
                          .y_to = std::nullopt,
                          .series = {}};
  const auto lines = lines_of(title, page, order, one_arm);
  for (const auto& [key, runs] : lines) {
    const bool validation = is_validation(key.second);
    const std::string kind = validation ? "validation" : "training";
    const std::string name = !one_arm ? runs.front()->arm : lines.size() > 1 ? kind : "";
    add_runs(runs, name, key.first, one_arm && validation, chart);
  }
  return report::draw(chart);
}

std::string curves_note(const StudyPage& page, bool one_arm) {
  bool validated = false, several_seeds = false, long_runs = false;
  for (const TrainingCurve& curve : page.curves) {
    validated |= is_validation(curve.metric);
    several_seeds |= curve.seed != page.curves.front().seed;
    long_runs |= curve.points.size() > most_points;
  }
  std::string note;
  if (one_arm && validated) note += "Dashed lines are validation. ";
  if (several_seeds) note += "Thin lines are single seeds, the strong line is their mean. ";
  if (long_runs) note += fmt::format("Lines are means of neighbouring steps, at most {} points each.", most_points);
  return report::note_html(note);
}

}  // namespace

std::string curves_html(const StudyPage& page, const ArmOrder& order) {
  std::set<std::string> arms;
  for (const TrainingCurve& curve : page.curves) arms.insert(curve.arm);
  const bool one_arm = arms.size() == 1;
  std::set<std::pair<size_t, std::string>> charts;
  for (const TrainingCurve& curve : page.curves) {
    const std::string chart = chart_of(curve.metric, one_arm);
    charts.insert({place_of(chart), chart});
  }
  std::string figures;
  for (const auto& [place, chart] : charts) figures += chart_html(chart, page, order, one_arm);
  return figures.empty() ? "" : report::figures_html(figures) + curves_note(page, one_arm);
}

}  // namespace counterpoint::persuasion
