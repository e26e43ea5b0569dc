#include "counterpoint/protoclip/evaluate/logistic.h"

#include <algorithm>
#include <cmath>

#include "counterpoint/core/error.h"

namespace counterpoint::protoclip {
namespace {

using torch::Tensor;

/// What each row should be.
struct Wanted {
  Tensor classes;  ///< [N] int64: one of C, by a softmax; or undefined
  Tensor truth;    ///< [N, C] float64 of 0 and 1: each by a sigmoid
};

/// The summed loss of some rows, and its slope by their logits [rows, C].
struct Slope {
  Tensor loss, by_logits;
};

Slope slope_of(const Tensor& logits, const Wanted& wanted, std::int64_t first) {
  if (!wanted.classes.defined()) {
    const Tensor truth = wanted.truth.narrow(0, first, logits.size(0));
    return {(torch::nn::functional::softplus(logits) - truth * logits).sum(), logits.sigmoid() - truth};
  }
  const Tensor classes = wanted.classes.narrow(0, first, logits.size(0)).unsqueeze(1);
  const Tensor logs = logits.log_softmax(1);
  const Tensor loss = -logs.gather(1, classes).sum();
  return {loss, logs.exp_().scatter_add_(1, classes, torch::full_like(classes, -1, torch::kFloat64))};
}

/// The objective divided by C N, so that its size and tolerance do not hang on the number of rows.
class Problem {
 public:
  Problem(const Tensor& x, Wanted wanted, double c)
      : x_(x), wanted_(std::move(wanted)), rows_(static_cast<double>(x.size(0))), decay_(1 / (c * rows_)) {}

  /// Sets the gradients of both.
  Tensor loss(Tensor& weight, Tensor& intercept) const {
    constexpr std::int64_t scores_at_once = std::int64_t{1} << 24;  // 128 MiB
    const std::int64_t part = std::max<std::int64_t>(1024, scores_at_once / weight.size(0));
    Tensor loss = torch::zeros({}, torch::kFloat64);
    weight.mutable_grad() = decay_ * weight;
    intercept.mutable_grad() = torch::zeros_like(intercept);
    for (std::int64_t first = 0; first < x_.size(0); first += part) {
      const Tensor rows = x_.slice(0, first, first + part);
      const Slope slope = slope_of(torch::addmm(intercept, rows, weight.t()), wanted_, first);
      loss += slope.loss / rows_;
      weight.mutable_grad() += slope.by_logits.t().mm(rows) / rows_;
      intercept.mutable_grad() += slope.by_logits.sum(0) / rows_;
    }
    return loss + decay_ / 2 * weight.square().sum();
  }

 private:
  Tensor x_;
  Wanted wanted_;
  double rows_, decay_;
};

torch::optim::LBFGSOptions settings(const LogisticOptions& options) {
  return torch::optim::LBFGSOptions(1)
      .max_iter(options.iterations)
      .max_eval(2 * options.iterations)
      .tolerance_grad(options.tolerance)
      .tolerance_change(1e-14)
      .history_size(10)
      .line_search_fn("strong_wolfe");
}

}  // namespace

Tensor Logistic::scores(const Tensor& x) const {
  const Tensor scores = torch::addmm(intercept, x.to(torch::kFloat64), weight.t());
  return two_classes ? torch::cat({torch::zeros_like(scores), scores}, 1) : scores;
}

Logistic fit_logistic(const Tensor& x, const Targets& truth, const LogisticOptions& options, const Logistic* start) {
  const torch::NoGradGuard no_grad;
  if (!x.isfinite().all().item<bool>()) fail("the features to be probed are not finite: the model has diverged");
  const bool two = truth.one_each && truth.classes() == 2;
  const Tensor rows = x.to(torch::kFloat64).contiguous();
  Wanted wanted;
  if (two)
    wanted.truth = (truth.main == 1).to(torch::kFloat64).unsqueeze(1);
  else if (truth.one_each)
    wanted.classes = truth.main;
  else
    wanted.truth = truth.truth.to(torch::kFloat64).contiguous();
  const std::int64_t classes = two ? 1 : truth.one_each ? truth.classes() : truth.truth.size(1);
  Logistic fit{.two_classes = two};
  fit.weight = start ? start->weight.clone() : torch::zeros({classes, x.size(1)}, torch::kFloat64);
  fit.intercept = start ? start->intercept.clone() : torch::zeros({classes}, torch::kFloat64);
  const Problem problem(rows, std::move(wanted), options.c);
  torch::optim::LBFGS search(std::vector<Tensor>{fit.weight, fit.intercept}, settings(options));
  search.step([&] {
    const torch::NoGradGuard inner;  // step() turns gradients on; ours are written by hand
    return problem.loss(fit.weight, fit.intercept);
  });
  fit.objective = problem.loss(fit.weight, fit.intercept).item<double>() * options.c * static_cast<double>(x.size(0));
  fit.weight.mutable_grad() = fit.intercept.mutable_grad() = Tensor();
  return fit;
}

}  // namespace counterpoint::protoclip
