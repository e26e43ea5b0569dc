// A golden safetensors file as torch tensors.
#pragma once
#include <torch/torch.h>

#include <cstring>
#include <map>
#include <string>

#include "counterpoint/weights/safetensors.h"
#include "tests/support/support.h"

namespace counterpoint::test {

inline std::map<std::string, torch::Tensor> golden_tensors(const std::string& relative) {
  std::map<std::string, torch::Tensor> tensors;
  const auto file = weights::open_safetensors(golden(relative));
  for (const std::string& name : file->names()) {
    const weights::TensorView view = file->view(name);
    const auto type = view.dtype == weights::DType::i64   ? torch::kInt64
                      : view.dtype == weights::DType::f64 ? torch::kFloat64
                                                          : torch::kFloat32;
    torch::Tensor tensor = torch::empty(view.shape, type);
    std::memcpy(tensor.mutable_data_ptr(), view.bytes.data(), view.bytes.size());
    tensors[name] = tensor;
  }
  return tensors;
}

}  // namespace counterpoint::test
