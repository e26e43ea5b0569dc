#include "counterpoint/nn/torch/autograd_functions.h"

#include "counterpoint/nn/torch/dropout.h"

namespace counterpoint::nn {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// A logit chunk's size: 16 MB of float32.
constexpr std::int64_t chunk_floats = std::int64_t{4} << 20;

class LoraLinear : public torch::autograd::Function<LoraLinear> {
 public:
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const at::Tensor& a, const at::Tensor& b,
                            const LoraSite* site, const DropoutSeeds* dropout) {
    at::Tensor out = linear(x, *site->matrix);
    const at::Tensor seen = dropout->rate > 0 ? x * dropout_mask(*dropout, site->number, x.size(1), x.options()) : x;
    const at::Tensor narrow = at::linear(seen, a.to(x.scalar_type()));
    out.addmm_(narrow, b.to(x.scalar_type()).t(), 1, site->scale);
    ctx->save_for_backward({x, narrow, a, b, site->matrix->weight});
    ctx->saved_data["scale"] = site->scale;
    ctx->saved_data["rate"] = dropout->rate;
    ctx->saved_data["site"] = static_cast<std::int64_t>(site->number);
    ctx->saved_data["seeds"] = dropout->tokens;
    return out;
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const variable_list saved = ctx->get_saved_variables();
    const at::Tensor &x = saved[0], &narrow = saved[1], &a = saved[2], &b = saved[3], &weight = saved[4];
    const at::Tensor& gradient = gradients[0];
    const double scale = ctx->saved_data["scale"].toDouble();
    const DropoutSeeds dropout{ctx->saved_data["rate"].toDouble(), ctx->saved_data["seeds"].toTensor()};
    const at::Tensor mask =
        dropout.rate > 0
            ? dropout_mask(dropout, static_cast<std::uint64_t>(ctx->saved_data["site"].toInt()), x.size(1), x.options())
            : at::Tensor();
    const at::Tensor to_narrow = at::mm(gradient, b.to(x.scalar_type())) * scale;  // [T, r]
    const at::Tensor for_a = at::mm(to_narrow.t(), mask.defined() ? x * mask : x).to(a.scalar_type());
    const at::Tensor for_b = (at::mm(gradient.t(), narrow) * scale).to(b.scalar_type());
    at::Tensor for_x;
    if (ctx->needs_input_grad(0)) {
      for_x = at::mm(gradient, weight);
      const at::Tensor through = at::mm(to_narrow, a.to(x.scalar_type()));
      mask.defined() ? for_x.addcmul_(through, mask) : for_x.add_(through);
    }
    return {for_x, for_a, for_b, at::Tensor(), at::Tensor()};
  }
};

class RmsNorm : public torch::autograd::Function<RmsNorm> {
 public:
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const at::Tensor& weight, double epsilon) {
    const at::Tensor wide = x.to(at::kFloat), scale = rms_scale(wide, epsilon);
    ctx->save_for_backward({x, scale, weight});
    return (wide * scale).to(x.scalar_type()).mul_(weight);
  }

  // With n = x * scale: dx = scale * (g - n * mean(g * n)), g = gradient * weight.
  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const variable_list saved = ctx->get_saved_variables();
    const at::Tensor &x = saved[0], &scale = saved[1], &weight = saved[2];
    const at::Tensor normal = x.to(at::kFloat) * scale;
    const at::Tensor inner = gradients[0].to(at::kFloat) * weight.to(at::kFloat);
    const at::Tensor along = (inner * normal).mean(-1, true);
    return {(inner.addcmul(normal, along, -1).mul_(scale)).to(x.scalar_type()), at::Tensor(), at::Tensor()};
  }
};

class SwiGlu : public torch::autograd::Function<SwiGlu> {
 public:
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& gate, const at::Tensor& up) {
    ctx->save_for_backward({gate, up});
    return at::silu(gate).mul_(up);
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const variable_list saved = ctx->get_saved_variables();
    const at::Tensor &gate = saved[0], &up = saved[1], &gradient = gradients[0];
    return {at::silu_backward(gradient * up, gate), at::silu(gate).mul_(gradient)};
  }
};

class TokenLogprobs : public torch::autograd::Function<TokenLogprobs> {
 public:
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& hidden, const at::Tensor& head,
                            const at::Tensor& targets) {
    const std::int64_t count = hidden.size(0), chunk = std::max<std::int64_t>(1, chunk_floats / head.size(0));
    const bool wanted = hidden.requires_grad();
    at::Tensor out = at::empty({count}, hidden.options().dtype(at::kFloat));
    at::Tensor slopes = wanted ? at::empty_like(hidden) : at::Tensor();
    for (std::int64_t first = 0; first < count; first += chunk) {
      const std::int64_t rows = std::min(chunk, count - first);
      const at::Tensor target = targets.narrow(0, first, rows);
      at::Tensor logits = at::linear(hidden.narrow(0, first, rows), head).to(at::kFloat);  // [rows, V]
      const at::Tensor total = logits.logsumexp(-1, true);
      logits.sub_(total);
      out.narrow(0, first, rows).copy_(logits.gather(1, target.unsqueeze(1)).squeeze(1));
      if (!wanted) continue;
      const at::Tensor expected = at::mm(logits.exp_().to(head.scalar_type()), head);  // [rows, hidden]
      slopes.narrow(0, first, rows).copy_(head.index_select(0, target) - expected);
    }
    if (wanted) ctx->save_for_backward({slopes});
    return out;
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const at::Tensor slopes = ctx->get_saved_variables()[0];
    return {slopes * gradients[0].unsqueeze(1).to(slopes.scalar_type()), at::Tensor(), at::Tensor()};
  }
};

}  // namespace

at::Tensor lora_linear(const at::Tensor& x, const LoraSite& site, const DropoutSeeds& dropout) {
  if (!site.a.defined()) return linear(x, *site.matrix);
  return LoraLinear::apply(x, site.a, site.b, &site, &dropout);
}

at::Tensor frozen_rms_norm(const at::Tensor& x, const at::Tensor& weight, double epsilon) {
  return RmsNorm::apply(x, weight, epsilon);
}

at::Tensor swiglu(const at::Tensor& gate, const at::Tensor& up) { return SwiGlu::apply(gate, up); }

at::Tensor token_logprobs(const at::Tensor& hidden, const at::Tensor& head, const at::Tensor& targets) {
  return TokenLogprobs::apply(hidden, head, targets);
}

}  // namespace counterpoint::nn
