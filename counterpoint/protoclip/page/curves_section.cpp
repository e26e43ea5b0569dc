// Training curves: one chart a metric, one colour an arm.
#include <algorithm>
#include <map>

#include "counterpoint/protoclip/page/sections.h"
#include "counterpoint/report/figure.h"
#include "counterpoint/report/line_chart.h"

namespace counterpoint::protoclip {
namespace {

int colour_of(const std::vector<std::string>& arms, const std::string& arm) {
  return static_cast<int>(std::find(arms.begin(), arms.end(), arm) - arms.begin());
}

/// At each step that all seeds of the arm have.
std::vector<report::ChartPoint> mean_points(const std::vector<const ClipCurve*>& seeds) {
  std::map<double, std::pair<double, size_t>> sums;
  for (const ClipCurve* curve : seeds)
    for (const auto& [step, value] : curve->points) {
      sums[step].first += value;
      ++sums[step].second;
    }
  std::vector<report::ChartPoint> points;
  for (const auto& [step, sum] : sums)
    if (sum.second == seeds.size())
      points.push_back({.x = step, .y = sum.first / static_cast<double>(sum.second), .low = {}, .high = {}});
  return points;
}

void add_arm(report::LineChart& chart, const std::vector<const ClipCurve*>& seeds, const std::string& name,
             int colour) {
  if (seeds.size() > 1)
    for (const ClipCurve* curve : seeds) {
      report::ChartSeries faint{.name = "", .colour = colour, .points = {}, .faint = true};
      for (const auto& [step, value] : curve->points)
        faint.points.push_back({.x = step, .y = value, .low = {}, .high = {}});
      chart.series.push_back(std::move(faint));
    }
  chart.series.push_back({.name = name, .colour = colour, .points = mean_points(seeds)});
}

}  // namespace

std::string curves_html(const ClipPage& page) {
  const std::vector<std::string> arms = ordered_arms(page);
  std::vector<std::string> metrics;
  std::map<std::string, std::map<std::string, std::vector<const ClipCurve*>>> by_metric;
  for (const ClipCurve& curve : page.curves) {
    if (!by_metric.contains(curve.metric)) metrics.push_back(curve.metric);
    by_metric[curve.metric][curve.arm].push_back(&curve);
  }
  std::string figures, clusters;
  for (const std::string& metric : metrics) {
    report::LineChart chart{
        .title = metric, .note = "", .x_label = "step", .style = {.percent = false, .decimals = 3}, .series = {}};
    for (const std::string& arm : arms)
      if (by_metric[metric].contains(arm)) add_arm(chart, by_metric[metric][arm], arm, colour_of(arms, arm));
    (metric.starts_with("prototypes/") ? clusters : figures) += report::draw(chart);
  }
  std::string out = report::figures_html(figures);
  if (!clusters.empty()) out += report::folded_html("Clusters, episode by episode", report::figures_html(clusters));
  return out;
}

}  // namespace counterpoint::protoclip
