// A device by the name that the user gives it.
#pragma once
#include <torch/torch.h>

#include <string>

#include "counterpoint/core/error.h"

namespace counterpoint::nn {

/// "cpu", "torch-cpu" (the same; a decoder's --device "cpu" has kernels of its own), "cuda", "cuda:N". Error: another
/// name, with the nearest right one; a CUDA device that is not there, with what was found.
inline at::Device torch_device(const std::string& name) {
  if (name == "cpu" || name == "torch-cpu") return at::kCPU;
  if (name != "cuda" && !name.starts_with("cuda:"))
    fail("unknown device '{}'{}", name, suggestion(name, std::vector<std::string>{"cpu", "cuda"}));
  if (!torch::cuda::is_available())
    fail("device '{}': this libtorch ({}) sees no CUDA device", name,
         at::globalContext().hasCUDART() ? "built for CUDA" : "built for the CPU alone");
  try {
    const at::Device device(name);
    if (device.has_index() && device.index() >= static_cast<int>(torch::cuda::device_count()))
      fail("device '{}': there are {} CUDA devices, the first is cuda:0", name, torch::cuda::device_count());
    return device;
  } catch (const c10::Error&) {
    fail("device '{}' is not understood: expected cuda or cuda:N", name);
  }
}

}  // namespace counterpoint::nn
