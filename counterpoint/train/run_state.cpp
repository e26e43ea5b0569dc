#include "counterpoint/train/run_state.h"

#include <utility>

#include "counterpoint/core/error.h"

namespace counterpoint::train {

void MetricWindow::add(const std::vector<Metric>& metrics) {
  if (steps_++ == 0) {
    sums_ = metrics;
    return;
  }
  COUNTERPOINT_ASSERT(sums_.size() == metrics.size());
  for (size_t i = 0; i < metrics.size(); ++i) sums_[i].value += metrics[i].value;
}

std::vector<Metric> MetricWindow::take() {
  std::vector<Metric> means = std::exchange(sums_, {});
  for (Metric& metric : means) metric.value /= static_cast<double>(steps_);
  steps_ = 0;
  return means;
}

data::Json MetricWindow::to_json() const {
  data::Json sums = data::Json::object();
  for (const Metric& metric : sums_) sums[metric.name] = metric.value;
  return {{"steps", steps_}, {"sums", sums}};
}

MetricWindow MetricWindow::from_json(const data::Json& json) {
  MetricWindow window;
  window.steps_ = json.at("steps").get<std::int64_t>();
  for (const auto& [name, value] : json.at("sums").items()) window.sums_.push_back({name, value.get<double>()});
  return window;
}

data::Json RunState::to_json() const {
  data::Json json = data::Json::object();
  if (best) {
    json["best_step"] = best->step;
    json["best_value"] = best->value;
  }
  json["evaluations_without_gain"] = without_gain;
  json["stopped_early"] = stopped_early;
  json["num_tokens"] = tokens;
  if (unmeasured) json["unmeasured"] = true;
  if (!unlogged.empty()) json["unlogged"] = unlogged.to_json();
  return json;
}

RunState RunState::from_json(const data::Json& json) {
  RunState state{.best = {},
                 .without_gain = json.value("evaluations_without_gain", 0),
                 .stopped_early = json.value("stopped_early", false),
                 .unmeasured = json.value("unmeasured", false),
                 .tokens = json.value("num_tokens", std::int64_t{0}),
                 .unlogged = {}};
  if (json.contains("best_step"))
    state.best = {json.at("best_step").get<std::int64_t>(), json.at("best_value").get<double>()};
  if (json.contains("unlogged")) state.unlogged = MetricWindow::from_json(json.at("unlogged"));
  return state;
}

}  // namespace counterpoint::train
