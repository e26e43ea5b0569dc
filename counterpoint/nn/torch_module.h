// The door to libcounterpoint_torch.so, which holds what needs libtorch.
#pragma once
#include <string>

namespace counterpoint::nn {

/// The module's function of that name; loads the module first, and it stays. `who` begins the message of the Error when
/// it cannot be loaded.
void* torch_function(const char* name, const std::string& who);

}  // namespace counterpoint::nn
