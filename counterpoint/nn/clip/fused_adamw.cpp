#include "counterpoint/nn/clip/fused_adamw.h"

#include <utility>

namespace counterpoint::nn {

using torch::Tensor;

FusedAdamW::FusedAdamW(std::vector<Tensor> parameters, const AdamWSettings& settings)
    : settings_(settings), parameters_(std::move(parameters)) {
  for (const Tensor& parameter : parameters_) {
    first_.push_back(torch::zeros_like(parameter).detach());
    second_.push_back(torch::zeros_like(parameter).detach());
    steps_.push_back(torch::zeros({}, torch::TensorOptions(parameter.device()).dtype(torch::kFloat32)));
  }
}

void FusedAdamW::step(double learning_rate) {
  const torch::NoGradGuard guard;
  std::vector<Tensor> moved, gradients, first, second, steps;
  for (size_t at = 0; at < parameters_.size(); ++at) {
    const Tensor& gradient = parameters_[at].grad();
    if (!gradient.defined()) continue;
    moved.push_back(parameters_[at]);
    gradients.push_back(gradient);
    first.push_back(first_[at]);
    second.push_back(second_[at]);
    steps.push_back(steps_[at].add_(1));
  }
  if (moved.empty()) return;
  at::_fused_adamw_(moved, gradients, first, second, {}, steps, learning_rate, settings_.beta1, settings_.beta2,
                    settings_.weight_decay, settings_.epsilon, false, false);
}

std::vector<Tensor> FusedAdamW::state() const {
  std::vector<Tensor> all = first_;
  all.insert(all.end(), second_.begin(), second_.end());
  all.insert(all.end(), steps_.begin(), steps_.end());
  return all;
}

}  // namespace counterpoint::nn
