#include "counterpoint/train/run_state.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace counterpoint::train {

namespace {

data::Json by_name(const std::vector<Metric>& metrics) {
  data::Json out = data::Json::object();
  for (const Metric& metric : metrics) out[metric.name] = metric.value;
  return out;
}

std::vector<Metric> metrics_in(const data::Json& json, const char* key) {
  std::vector<Metric> out;
  if (!json.contains(key)) return out;
  for (const auto& [name, value] : json.at(key).items()) out.push_back({name, value.get<double>()});
  return out;
}

bool same_names(const std::vector<Metric>& a, const std::vector<Metric>& b) {
  return std::ranges::equal(a, b, {}, &Metric::name, &Metric::name);
}

}  // namespace

void MetricWindow::add(const std::vector<Metric>& averaged, const std::vector<Metric>& last) {
  if (!same_names(sums_, averaged)) *this = {};
  if (steps_++ == 0)
    sums_ = averaged;
  else
    for (size_t i = 0; i < averaged.size(); ++i) sums_[i].value += averaged[i].value;
  last_ = last;
}

std::vector<Metric> MetricWindow::take() {
  std::vector<Metric> line = std::exchange(sums_, {});
  for (Metric& metric : line) metric.value /= static_cast<double>(steps_);
  std::ranges::move(std::exchange(last_, {}), std::back_inserter(line));
  steps_ = 0;
  return line;
}

data::Json MetricWindow::to_json() const {
  return {{"steps", steps_}, {"sums", by_name(sums_)}, {"last", by_name(last_)}};
}

MetricWindow MetricWindow::from_json(const data::Json& json) {
  MetricWindow window;
  window.steps_ = json.value("steps", std::int64_t{0});
  window.sums_ = metrics_in(json, "sums");
  window.last_ = metrics_in(json, "last");
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
