// Gradient checkpointing: a part of the network keeps its input only and is computed once more on the way back.
#pragma once
#include <torch/torch.h>

#include <functional>

namespace counterpoint::nn {

/// compute(x). `anchor` is any tensor that requires a gradient: what `compute` trains inside may be the only reason
/// for a backward pass, and autograd sees inputs only.
at::Tensor recompute_backward(const at::Tensor& x, const std::function<at::Tensor(const at::Tensor&)>& compute,
                              const at::Tensor& anchor);

}  // namespace counterpoint::nn
