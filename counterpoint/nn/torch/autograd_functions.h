// The few operators whose backward pass is written by hand: each keeps less than autograd would, and none computes
// gradients of weights that are frozen.
#pragma once
#include <torch/torch.h>

#include "counterpoint/nn/torch/torch_weights.h"

namespace counterpoint::nn {

/// Dropout masks that depend on the token, never on the batch: per token of a packed batch a seed.
struct DropoutSeeds {
  double rate = 0;    ///< 0 = off
  at::Tensor tokens;  ///< [T] int64; undefined: off
};

/// A matrix of the model and what an adapter adds to it.
struct LoraSite {
  const TorchLinear* matrix = nullptr;
  at::Tensor a, b;  ///< [r, in], [out, r]; undefined: not adapted
  double scale = 0;
  std::uint64_t number = 0;  ///< tells the sites' dropout masks apart
};

/// x: [T, in] -> [T, out]: W x + bias + scale * B A dropout(x).
at::Tensor lora_linear(const at::Tensor& x, const LoraSite& site, const DropoutSeeds& dropout);

/// rms_norm with a frozen weight; keeps x and one number a row.
at::Tensor frozen_rms_norm(const at::Tensor& x, const at::Tensor& weight, double epsilon);

/// silu(gate) * up; keeps the two and nothing between.
at::Tensor swiglu(const at::Tensor& gate, const at::Tensor& up);

/// Log-probability of `targets` [N] after the hidden states [N, hidden]: [N] float32. The logits exist a few rows at a
/// time, so memory does not grow with N * vocab: a row's log-probability depends on its own hidden state alone, and the
/// forward pass computes that derivative while it has the row's softmax.
at::Tensor token_logprobs(const at::Tensor& hidden, const at::Tensor& head, const at::Tensor& targets);

}  // namespace counterpoint::nn
