#include "counterpoint/nn/clip/projection_head.h"

namespace counterpoint::nn {

ProjectionHeadImpl::ProjectionHeadImpl(const ProjectionHeadShape& shape)
    : in_(register_module("in", torch::nn::Linear(shape.input, shape.hidden))),
      out_(register_module("out", torch::nn::Linear(shape.hidden, shape.output))),
      norm_(register_module("norm", torch::nn::BatchNorm1d(shape.hidden))) {}

torch::Tensor ProjectionHeadImpl::forward(const torch::Tensor& z) { return out_(norm_(in_(z)).relu_()); }

}  // namespace counterpoint::nn
