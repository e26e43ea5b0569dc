#include "counterpoint/nn/torch_module.h"

#include <dlfcn.h>

#include <cstdlib>

#include "counterpoint/core/error.h"

namespace counterpoint::nn {

void* torch_function(const char* name, const std::string& who) {
  // Threads that wait shall sleep: on a machine that is shared, spinning at every small operator takes the cores away
  // from the thread that is waited for (seen: ten times slower beside a compiler). Read when the OpenMP library is
  // loaded.
  ::setenv("OMP_WAIT_POLICY", "PASSIVE", /*overwrite=*/0);
  constexpr const char* module = "libcounterpoint_torch.so";
  void* handle = ::dlopen(module, RTLD_NOW | RTLD_LOCAL);
  void* entry = handle ? ::dlsym(handle, name) : nullptr;
  if (!entry) fail("{} needs {}, which cannot be loaded: {}", who, module, ::dlerror());
  return entry;
}

}  // namespace counterpoint::nn
