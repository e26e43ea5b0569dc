#include "counterpoint/nn/torch/lora_trainer.h"

#include <cmath>
#include <utility>

#include "counterpoint/core/error.h"
#include "counterpoint/core/random.h"

namespace counterpoint::nn {
namespace {

/// Tokens of one forward pass that keeps nothing for a backward pass.
constexpr std::int64_t forward_tokens = 2048;

StateTensor state_tensor(const std::string& name, const at::Tensor& tensor) {
  const at::Tensor plain = tensor.detach().to(at::kCPU, at::kFloat).contiguous();
  return {name, plain.sizes().vec(), {plain.data_ptr<float>(), plain.data_ptr<float>() + plain.numel()}};
}

}  // namespace

TorchLoraTrainer::TorchLoraTrainer(const weights::ModelFiles& model, const TrainerOptions& options,
                                   const AdamWOptions& adamw, const at::TensorOptions& tensors)
    : device_(tensors.device()),
      checkpointing_(options.gradient_checkpointing),
      threads_(at::get_num_threads()),
      dropout_(options.lora.dropout),
      seed_(options.seed),
      decoder_(model, options, tensors),
      adamw_(adamw) {
  for (const auto& [name, parameter] : decoder_.parameters()) {
    first_moments_.push_back(at::zeros_like(parameter, at::kFloat).detach());
    second_moments_.push_back(at::zeros_like(parameter, at::kFloat).detach());
  }
}

/// A GPU fills itself with one pass; a layer that is computed again adds to the parameters' gradients by itself, which
/// threads would do in any order.
int TorchLoraTrainer::lanes_at_most() const { return device_.is_cpu() && !checkpointing_ ? threads_ : 1; }

std::vector<at::Tensor> TorchLoraTrainer::forward(const std::vector<Lane>& lanes, std::uint64_t dropout_seed,
                                                  double dropout, bool adapted) {
  const bool with_gradients = torch::GradMode::is_enabled();
  std::vector<at::Tensor> values(lanes.size());
  run_lanes(lanes.size(), threads_, [&](size_t lane) {
    const torch::AutoGradMode mode(with_gradients);
    values[lane] = decoder_.logprobs(pack_rows(lanes[lane].rows, dropout_seed, device_), dropout, adapted);
  });
  return values;
}

std::vector<RowValues> TorchLoraTrainer::logprobs(std::span<const TrainRow> rows, bool adapted) {
  const torch::NoGradGuard no_gradients;
  std::vector<RowValues> out;
  for (size_t first = 0, end = 0; first < rows.size(); first = end) {
    std::int64_t tokens = 0;
    while (end < rows.size() && (end == first || tokens + rows[end].tokens() <= forward_tokens))
      tokens += rows[end++].tokens();
    const std::vector<Lane> lanes = dealt_out(rows.subspan(first, end - first), lanes_at_most());
    for (RowValues& row : by_row(lanes, forward(lanes, 0, 0, adapted))) out.push_back(std::move(row));
  }
  return out;
}

void TorchLoraTrainer::accumulate(std::span<const TrainRow> rows, std::uint64_t dropout_stream,
                                  const Derivatives& derivatives) {
  const std::uint64_t dropout_seed = stream_seed(seed_, {"dropout", std::to_string(dropout_stream)});
  const std::vector<Lane> lanes = dealt_out(rows, lanes_at_most());
  std::vector<at::Tensor> values = forward(lanes, dropout_seed, dropout_, true);
  const std::vector<RowValues> slopes = derivatives(by_row(lanes, values));
  if (lanes.size() == 1) {
    values[0].backward(flat_values(lanes[0], slopes).to(values[0].options()));
    return;
  }
  torch::autograd::variable_list parameters;
  for (const auto& [name, parameter] : decoder_.parameters()) parameters.push_back(parameter);
  std::vector<torch::autograd::variable_list> gradients(lanes.size());
  run_lanes(lanes.size(), threads_, [&](size_t lane) {
    const at::Tensor out = std::exchange(values[lane], {});
    gradients[lane] =
        torch::autograd::grad({out}, parameters, {flat_values(lanes[lane], slopes).to(out.options())},
                              /*retain_graph=*/std::nullopt, /*create_graph=*/false, /*allow_unused=*/true);
  });
  add_gradients(gradients);
}

/// In the lanes' order, so that a step is the same each time.
void TorchLoraTrainer::add_gradients(const std::vector<torch::autograd::variable_list>& by_lane) {
  for (const torch::autograd::variable_list& gradients : by_lane)
    for (size_t i = 0; i < gradients.size(); ++i) {
      if (!gradients[i].defined()) continue;
      at::Tensor parameter = decoder_.parameters()[i].second;
      at::Tensor& sum = parameter.mutable_grad();
      if (sum.defined())
        sum.add_(gradients[i]);
      else
        sum = gradients[i];
    }
}

/// As torch's clip_grad_norm_. Returns the norm before.
double TorchLoraTrainer::clip(double max_norm) {
  double squares = 0;
  for (const auto& [name, parameter] : decoder_.parameters()) {
    if (!parameter.grad().defined()) continue;
    const double norm = parameter.grad().norm().item<double>();
    if (!std::isfinite(norm)) fail("the gradient of '{}' is not finite", name);
    squares += norm * norm;
  }
  const double norm = std::sqrt(squares);
  if (max_norm > 0 && norm > max_norm)
    for (const auto& [name, parameter] : decoder_.parameters())
      if (parameter.grad().defined()) parameter.mutable_grad().mul_(max_norm / (norm + 1e-6));
  return norm;
}

/// Decoupled weight decay (arXiv 1711.05101), in torch.optim.AdamW's order of operations.
double TorchLoraTrainer::step(double learning_rate, double max_norm) {
  const torch::NoGradGuard no_gradients;
  const double norm = clip(max_norm);
  ++steps_;
  const double correction1 = 1 - std::pow(adamw_.beta1, static_cast<double>(steps_));
  const double correction2 = 1 - std::pow(adamw_.beta2, static_cast<double>(steps_));
  for (size_t i = 0; i < decoder_.parameters().size(); ++i) {
    at::Tensor parameter = decoder_.parameters()[i].second;
    const at::Tensor gradient = parameter.grad();
    if (!gradient.defined()) continue;
    parameter.mul_(1 - learning_rate * adamw_.weight_decay);
    first_moments_[i].lerp_(gradient, 1 - adamw_.beta1);
    second_moments_[i].mul_(adamw_.beta2).addcmul_(gradient, gradient, 1 - adamw_.beta2);
    const at::Tensor spread = (second_moments_[i].sqrt() / std::sqrt(correction2)).add_(adamw_.epsilon);
    parameter.addcdiv_(first_moments_[i], spread, -learning_rate / correction1);
    parameter.mutable_grad().reset();
  }
  return norm;
}

std::vector<StateTensor> TorchLoraTrainer::gradients() const {
  std::vector<StateTensor> out;
  for (const auto& [name, parameter] : decoder_.parameters())
    out.push_back(state_tensor(name, parameter.grad().defined() ? parameter.grad() : at::zeros_like(parameter)));
  return out;
}

std::vector<StateTensor> TorchLoraTrainer::optimizer_state() const {
  std::vector<StateTensor> out{{"steps", {1}, {static_cast<float>(steps_)}}};
  for (size_t i = 0; i < decoder_.parameters().size(); ++i) {
    const std::string& name = decoder_.parameters()[i].first;
    out.push_back(state_tensor("exp_avg." + name, first_moments_[i]));
    out.push_back(state_tensor("exp_avg_sq." + name, second_moments_[i]));
  }
  return out;
}

void TorchLoraTrainer::set_optimizer_state(std::span<const StateTensor> state) {
  std::map<std::string, const StateTensor*> given;
  for (const StateTensor& tensor : state) given[tensor.name] = &tensor;
  const auto values = [&](const std::string& name, std::int64_t count) -> const std::vector<float>& {
    const auto found = given.find(name);
    if (found == given.end()) fail("the optimizer's state has no '{}'", name);
    if (std::ssize(found->second->values) != count)
      fail("the optimizer's '{}' has {} values, {} were expected", name, found->second->values.size(), count);
    return found->second->values;
  };
  steps_ = static_cast<std::int64_t>(values("steps", 1)[0]);
  for (size_t i = 0; i < decoder_.parameters().size(); ++i) {
    const auto& [name, parameter] = decoder_.parameters()[i];
    for (const auto& [kind, moments] :
         {std::pair{"exp_avg.", &first_moments_[i]}, {"exp_avg_sq.", &second_moments_[i]}}) {
      const std::vector<float>& from = values(kind + name, parameter.numel());
      moments->copy_(at::from_blob(const_cast<float*>(from.data()), parameter.sizes(), at::kFloat));
    }
  }
}

}  // namespace counterpoint::nn
