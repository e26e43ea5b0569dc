#include "counterpoint/protoclip/evaluate/probe.h"

#include <algorithm>
#include <cmath>

#include "counterpoint/core/error.h"
#include "counterpoint/core/random.h"
#include "counterpoint/protoclip/evaluate/scores.h"

namespace counterpoint::protoclip {
namespace {

using torch::Tensor;

struct Scaling {
  Tensor mean, deviation;  ///< [d] float64
  Tensor operator()(const Tensor& x) const { return (x.to(torch::kFloat64) - mean) / deviation; }
};

Scaling scaling_of(const Tensor& x, bool standardise) {
  const Tensor wide = x.to(torch::kFloat64);
  if (!standardise) return {torch::zeros({x.size(1)}, torch::kFloat64), torch::ones({x.size(1)}, torch::kFloat64)};
  const Tensor deviation = wide.std(0, /*unbiased=*/false);
  return {wide.mean(0), torch::where(deviation > 0, deviation, torch::ones_like(deviation))};
}

Tensor rows_with_class(const Targets& truth) {
  return truth.one_each ? (truth.main >= 0).nonzero().flatten()
                        : torch::arange(truth.main.size(0), torch::TensorOptions(torch::kInt64));
}

Tensor shuffled(const Tensor& rows, std::uint64_t seed) {
  std::vector<std::int64_t> order(rows.data_ptr<std::int64_t>(), rows.data_ptr<std::int64_t>() + rows.numel());
  RandomStream random(stream_seed(seed, {"probe"}));
  shuffle(order, random);
  return torch::tensor(order, torch::kInt64);
}

double quality(const Tensor& scores, const Targets& truth) {
  return truth.one_each ? top_hits(scores, truth.main, 1).to(torch::kFloat64).mean().item<double>()
                        : mean_average_precision(scores, truth.truth);
}

LogisticOptions with_strength(const ProbeOptions& options, double c) {
  LogisticOptions logistic = options.logistic;
  logistic.c = c;
  return logistic;
}

/// The last two are below the best of those before them.
bool two_worse(const std::vector<double>& scores) {
  if (scores.size() < 3) return false;
  const double best = *std::max_element(scores.begin(), scores.end() - 2);
  return std::max(scores[scores.size() - 1], scores[scores.size() - 2]) < best;
}

/// Each strength's quality on the held-out rows; each search begins where the last one ended.
std::vector<double> held_out_scores(const Tensor& x, const Targets& truth, const ProbeOptions& options) {
  const auto held = std::max<std::int64_t>(1, std::llround(options.held_out * static_cast<double>(x.size(0))));
  const Tensor order = torch::arange(x.size(0), torch::TensorOptions(torch::kInt64));
  const Targets own = truth.rows(order.slice(0, held)), other = truth.rows(order.slice(0, 0, held));
  std::vector<double> scores;
  Logistic fit;
  for (const double c : options.strengths) {
    fit = fit_logistic(x.slice(0, held), own, with_strength(options, c), scores.empty() ? nullptr : &fit);
    scores.push_back(quality(fit.scores(x.slice(0, 0, held)), other));
    if (two_worse(scores)) break;
  }
  return scores;
}

void check(const Tensor& rows, const Targets& truth, const ProbeOptions& options) {
  if (truth.classes() < 2) fail("the probe needs 2 classes or more, {} given", truth.classes());
  if (rows.numel() < 5) fail("the probe needs 5 labelled pictures or more to train on, {} given", rows.numel());
  COUNTERPOINT_ASSERT(!options.strengths.empty());
}

}  // namespace

std::vector<double> default_strengths() { return {1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100}; }

Probe linear_probe(const Tensor& train, const Targets& truth, const Tensor& test, const ProbeOptions& options) {
  const Tensor rows = rows_with_class(truth);
  check(rows, truth, options);
  // 1. The training set, in an order whose first part is held out.
  const Tensor order = shuffled(rows, options.seed);
  const Targets own = truth.rows(order);
  const Tensor known = train.index_select(0, order);
  const Scaling scaled = scaling_of(known, options.standardise);
  const Tensor x = scaled(known);
  // 2. C by the held-out part.
  Probe probe;
  probe.held_out_scores = options.strengths.size() > 1 ? held_out_scores(x, own, options) : std::vector<double>{0.0};
  const auto best = std::max_element(probe.held_out_scores.begin(), probe.held_out_scores.end());
  probe.c = options.strengths[static_cast<size_t>(best - probe.held_out_scores.begin())];
  // 3. All of it with that C.
  probe.scores = fit_logistic(x, own, with_strength(options, probe.c)).scores(scaled(test));
  return probe;
}

}  // namespace counterpoint::protoclip
