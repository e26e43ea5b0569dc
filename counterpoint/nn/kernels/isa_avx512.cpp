// The kernels for one instruction set; see simd/ for the code and CMakeLists.txt for its flags.
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <cstdint>
#include <cstring>

#include "counterpoint/nn/kernels/table.h"

namespace counterpoint::nn::avx512 {
namespace {
#include "counterpoint/nn/kernels/simd/vector.h"
// the rest builds on it
#include "counterpoint/nn/kernels/simd/attention.h"
#include "counterpoint/nn/kernels/simd/rows.h"
#include "counterpoint/nn/kernels/simd/tiles.h"
}  // namespace

extern const KernelTable table = {"avx512", kFloatRows, kFloatRows, kInt8Rows, tile_f32<>, tile_bf16<>, tile_int8<>,
                                  rms_norm, rotate,     swiglu,     attend,    maximum,    exponentials};

}  // namespace counterpoint::nn::avx512
