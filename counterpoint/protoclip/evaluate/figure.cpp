#include "counterpoint/protoclip/evaluate/figure.h"

namespace counterpoint::protoclip {

std::vector<train::Metric> metrics_of(const std::vector<Figure>& figures) {
  std::vector<train::Metric> metrics;
  for (const Figure& figure : figures) metrics.push_back({figure.name, figure.value});
  return metrics;
}

const Figure* find_figure(const std::vector<Figure>& figures, const std::string& name) {
  for (const Figure& figure : figures)
    if (figure.name == name) return &figure;
  return nullptr;
}

data::Json json_of(const std::vector<Figure>& figures) {
  data::Json list = data::Json::array();
  for (const Figure& figure : figures) {
    data::Json row{{"metric", figure.name}, {"value", figure.value}};
    if (figure.interval) {
      row["low"] = figure.interval->first;
      row["high"] = figure.interval->second;
    }
    row["n"] = figure.n;
    if (!figure.about.empty()) row["about"] = figure.about;
    list.push_back(std::move(row));
  }
  return list;
}

}  // namespace counterpoint::protoclip
