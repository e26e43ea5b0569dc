#include "counterpoint/nn/torch_module.h"

#include <dlfcn.h>

#include "counterpoint/core/error.h"

namespace counterpoint::nn {

void* torch_function(const char* name, const std::string& who) {
  constexpr const char* module = "libcounterpoint_torch.so";
  void* handle = ::dlopen(module, RTLD_NOW | RTLD_LOCAL);
  void* entry = handle ? ::dlsym(handle, name) : nullptr;
  if (!entry) fail("{} needs {}, which cannot be loaded: {}", who, module, ::dlerror());
  return entry;
}

}  // namespace counterpoint::nn
