#include "counterpoint/protoclip/evaluate/logistic.h"

#include <cmath>

#include "counterpoint/core/error.h"

namespace counterpoint::protoclip {
namespace {

using torch::Tensor;

/// The objective divided by C N, so that its size and tolerance do not hang on the number of rows.
class Problem {
 public:
  Problem(const Tensor& x, const Tensor& truth, bool softmax, double c)
      : x_(x), truth_(truth), softmax_(softmax), rows_(static_cast<double>(x.size(0))), decay_(1 / (c * rows_)) {}

  /// Sets the gradients of both.
  Tensor loss(Tensor& weight, Tensor& intercept) const {
    const Tensor logits = torch::addmm(intercept, x_, weight.t());
    Tensor loss, slope;  // slope: of the summed loss by the logits [N, C]
    if (softmax_) {
      const Tensor logs = logits.log_softmax(1);
      loss = -(truth_ * logs).sum();
      slope = logs.exp() - truth_;
    } else {
      loss = (torch::nn::functional::softplus(logits) - truth_ * logits).sum();
      slope = logits.sigmoid() - truth_;
    }
    weight.mutable_grad() = slope.t().mm(x_) / rows_ + decay_ * weight;
    intercept.mutable_grad() = slope.sum(0) / rows_;
    return loss / rows_ + decay_ / 2 * weight.square().sum();
  }

 private:
  Tensor x_, truth_;
  bool softmax_;
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

Logistic fit_logistic(const Tensor& x, const Tensor& truth, bool one_each, const LogisticOptions& options,
                      const Logistic* start) {
  const torch::NoGradGuard no_grad;
  if (!x.isfinite().all().item<bool>()) fail("the features to be probed are not finite: the model has diverged");
  const bool two = one_each && truth.size(1) == 2;
  const Tensor rows = x.to(torch::kFloat64).contiguous();
  const Tensor wanted = (two ? truth.narrow(1, 1, 1) : truth).to(torch::kFloat64).contiguous();
  Logistic fit{.two_classes = two};
  fit.weight = start ? start->weight.clone() : torch::zeros({wanted.size(1), x.size(1)}, torch::kFloat64);
  fit.intercept = start ? start->intercept.clone() : torch::zeros({wanted.size(1)}, torch::kFloat64);
  const Problem problem(rows, wanted, one_each && !two, options.c);
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
