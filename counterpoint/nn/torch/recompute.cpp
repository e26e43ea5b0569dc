#include "counterpoint/nn/torch/recompute.h"

namespace counterpoint::nn {
namespace {

using Compute = std::function<at::Tensor(const at::Tensor&)>;

/// How a function travels from forward to backward.
struct Kept : torch::CustomClassHolder {
  explicit Kept(Compute function) : compute(std::move(function)) {}
  Compute compute;
};

class Recompute : public torch::autograd::Function<Recompute> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* ctx, const at::Tensor& x, const at::Tensor& /*anchor*/,
                            const Compute* compute) {
    ctx->save_for_backward({x});
    ctx->saved_data["compute"] = c10::IValue::make_capsule(c10::make_intrusive<Kept>(*compute));
    return (*compute)(x);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* ctx,
                                                 torch::autograd::variable_list gradients) {
    const bool passes_on = ctx->needs_input_grad(0);
    const at::Tensor x = ctx->get_saved_variables()[0].detach().requires_grad_(passes_on);
    const auto kept = c10::static_intrusive_pointer_cast<Kept>(ctx->saved_data["compute"].toCapsule());
    const torch::AutoGradMode with_gradients(true);
    const at::Tensor out = kept->compute(x);
    if (out.requires_grad()) torch::autograd::backward({out}, {gradients[0]});
    return {passes_on ? x.grad() : at::Tensor(), at::Tensor(), at::Tensor()};
  }
};

}  // namespace

at::Tensor recompute_backward(const at::Tensor& x, const Compute& compute, const at::Tensor& anchor) {
  return Recompute::apply(x, anchor, &compute);
}

}  // namespace counterpoint::nn
