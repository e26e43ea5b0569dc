#include "counterpoint/protoclip/evaluate/figure.h"

#include <cmath>

namespace counterpoint::protoclip {

std::vector<train::Metric> metrics_of(const std::vector<Figure>& figures) {
  std::vector<train::Metric> metrics;
  for (const Figure& figure : figures) metrics.push_back({figure.name, figure.value});
  return metrics;
}

data::Json json_of(const std::vector<Figure>& figures) {
  data::Json list = data::Json::array();
  for (const Figure& figure : figures) {
    if (!std::isfinite(figure.value)) continue;
    data::Json row{{"metric", figure.name}, {"value", figure.value}};
    if (figure.interval) {
      row["low"] = figure.interval->low;
      row["high"] = figure.interval->high;
    }
    row["n"] = figure.n;
    if (!figure.about.empty()) row["about"] = figure.about;
    list.push_back(std::move(row));
  }
  return list;
}

}  // namespace counterpoint::protoclip
