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

}  // namespace counterpoint::protoclip
