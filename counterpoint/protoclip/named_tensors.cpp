#include "counterpoint/protoclip/named_tensors.h"

#include <algorithm>

#include "counterpoint/core/error.h"

namespace counterpoint::protoclip {
namespace {

auto find(const NamedTensors& tensors, const std::string& name) {
  return std::find_if(tensors.begin(), tensors.end(), [&](const auto& entry) { return entry.first == name; });
}

}  // namespace

const torch::Tensor& named(const NamedTensors& tensors, const std::string& name, std::string_view what) {
  const auto found = find(tensors, name);
  if (found == tensors.end()) fail("{}: the tensor '{}' is missing", what, name);
  return found->second;
}

bool has_tensor(const NamedTensors& tensors, const std::string& name) { return find(tensors, name) != tensors.end(); }

}  // namespace counterpoint::protoclip
