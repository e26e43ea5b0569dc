// Dropout whose bits depend on the token, the layer and the place alone: any split of a batch, and any device, drops
// the same elements.
#pragma once
#include "counterpoint/nn/torch/autograd_functions.h"

namespace counterpoint::nn {

/// [T, width] of `options`: 0 or 1 / (1 - rate); 16 random bits an element. `site`: the number of the layer's matrix.
at::Tensor dropout_mask(const DropoutSeeds& dropout, std::uint64_t site, std::int64_t width,
                        const at::TensorOptions& options);

}  // namespace counterpoint::nn
