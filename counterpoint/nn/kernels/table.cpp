#include "counterpoint/nn/kernels/table.h"

#include <cstdlib>
#include <string_view>

#include "counterpoint/core/error.h"

namespace counterpoint::nn {

namespace baseline {
extern const KernelTable table;
}
#if defined(__x86_64__)
namespace avx2 {
extern const KernelTable table;
}
namespace avx512 {
extern const KernelTable table;
}
#endif

namespace {

#if defined(__x86_64__)
bool has_avx2() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

/// The avx512 table is compiled with VNNI and BF16 (Zen 4, Cooper Lake, Sapphire Rapids and later).
bool has_avx512() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bf16");
}
#endif

const KernelTable& choose() {
  if (const char* wanted = std::getenv("COUNTERPOINT_ISA")) {
    if (const KernelTable* named = kernels_named(wanted)) return *named;
    fail("COUNTERPOINT_ISA={}: this processor cannot run it (known: avx512, avx2, baseline)", wanted);
  }
  for (const char* name : {"avx512", "avx2"})
    if (const KernelTable* named = kernels_named(name)) return *named;
  return baseline::table;
}

}  // namespace

const KernelTable* kernels_named(const char* name) {
  const std::string_view wanted = name;
#if defined(__x86_64__)
  if (wanted == "avx512") return has_avx512() ? &avx512::table : nullptr;
  if (wanted == "avx2") return has_avx2() ? &avx2::table : nullptr;
#endif
  return wanted == "baseline" ? &baseline::table : nullptr;
}

const KernelTable& kernels() {
  static const KernelTable& chosen = choose();
  return chosen;
}

}  // namespace counterpoint::nn
