// Tensors by name, as checkpoints hold them.
#pragma once
#include <torch/torch.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace counterpoint::protoclip {

using NamedTensors = std::vector<std::pair<std::string, torch::Tensor>>;

/// Error: no tensor of that name; `what` says whose tensors these are.
const torch::Tensor& named(const NamedTensors& tensors, const std::string& name, std::string_view what);
bool has_tensor(const NamedTensors& tensors, const std::string& name);

}  // namespace counterpoint::protoclip
