// The arithmetic of inference on a CPU, compiled once per instruction set and chosen when the program starts.
//
// Goal: each number that a kernel gives for one row (one token) is computed in an order that depends on that row
// alone, never on how many rows stand beside it or which thread takes it. So a sequence gives the same bits alone or
// in a batch, with or without a shared prefix. (No BLAS promises that.)
#pragma once
#include <cstdint>

namespace counterpoint::nn {

inline constexpr std::int64_t kPanel = 32;    ///< output columns that a packed matrix keeps together
inline constexpr std::int64_t kBlock = 16;    ///< positions in a block of the KV cache
inline constexpr std::int64_t kQuantum = 32;  ///< inputs that share one scale in an int8 matrix

/// Some rows times one panel of a packed matrix: y[r, 0..columns) = x[r, :] . panel (+ bias) (+ y).
struct TileArgs {
  const void* x = nullptr;          ///< packed rows, see the pack functions
  const float* x_scales = nullptr;  ///< int8 only: [inputs / kQuantum][rows]
  const void* panel = nullptr;
  const float* w_scales = nullptr;       ///< int8 only: [inputs / kQuantum][kPanel]
  const std::int32_t* w_sums = nullptr;  ///< int8 only: -128 * sum of a quantum's weights
  const float* bias = nullptr;           ///< kPanel values or null
  float* y = nullptr;
  std::int64_t y_stride = 0, inputs = 0, rows = 0, columns = 0;
  bool accumulate = false;
};

/// One query row's heads that share a key/value head, against the blocks of its sequence.
struct AttendArgs {
  const float* query = nullptr;          ///< [heads][head_dim]
  float* out = nullptr;                  ///< [heads][head_dim]
  const float* const* keys = nullptr;    ///< per block: [head_dim][kBlock]
  const float* const* values = nullptr;  ///< per block: [kBlock][head_dim]
  float* scratch = nullptr;              ///< heads * (blocks * kBlock) floats
  std::int64_t heads = 0, head_dim = 0;
  std::int64_t first = 0, last = 0;  ///< positions attended to, [first, last)
  float scale = 1;
};

struct KernelTable {
  const char* name;
  std::int64_t float_rows, bf16_rows, int8_rows;  ///< rows that one tile call takes at most
  void (*tile_f32)(const TileArgs&);
  void (*tile_bf16)(const TileArgs&);
  void (*tile_int8)(const TileArgs&);
  /// y = x * rsqrt(mean(x^2) + eps) * weight
  void (*rms_norm)(const float* x, const float* weight, float eps, std::int64_t width, float* y);
  /// Rotates pairs (i, i + width / 2) by the angle whose cos and sin are given ([width / 2] each).
  void (*rotate)(float* x, const float* cosine, const float* sine, std::int64_t width);
  /// gate = silu(gate) * up
  void (*swiglu)(float* gate, const float* up, std::int64_t width);
  void (*attend)(const AttendArgs&);
  float (*maximum)(const float* x, std::int64_t width);
  /// y = exp((x - shift) * factor); returns the sum.
  double (*exponentials)(const float* x, float shift, float factor, std::int64_t width, float* y);
};

/// The best table that this processor can run (or the one named by COUNTERPOINT_ISA: avx512, avx2, baseline).
const KernelTable& kernels();

/// A table by name; null if this processor cannot run it. For tests that compare instruction sets.
const KernelTable* kernels_named(const char* name);

}  // namespace counterpoint::nn
