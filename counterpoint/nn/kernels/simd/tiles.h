// Rows times one panel, by type of weight. One accumulator per output over the whole sum: the order of addition is
// the same for every number of rows.

inline constexpr int kVectors = static_cast<int>(kPanel) / kLanes;
// As many rows as their accumulators leave registers for.
inline constexpr int kFloatRows = kLanes == 16 ? 12 : kLanes == 8 ? 3 : 1;
inline constexpr int kInt8Rows = kLanes == 16 ? 6 : 1;

template <int Rows>
void write_tile(const TileArgs& a, Floats (&sum)[Rows][kVectors]) {
  for (int r = 0; r < Rows; ++r) {
    float row[kPanel];
    for (int v = 0; v < kVectors; ++v) {
      if (a.bias) sum[r][v] += load(a.bias + v * kLanes);
      store(row + v * kLanes, sum[r][v]);
    }
    float* y = a.y + r * a.y_stride;
    if (a.columns == kPanel && !a.accumulate) {
      std::memcpy(y, row, sizeof row);
    } else {
      for (std::int64_t c = 0; c < a.columns; ++c) y[c] = a.accumulate ? y[c] + row[c] : row[c];
    }
  }
}

/// x: [inputs][Rows] float, panel: [inputs][kPanel] float.
template <int Rows>
void tile_f32_rows(const TileArgs& a) {
  Floats sum[Rows][kVectors] = {};
  const float* x = static_cast<const float*>(a.x);
  const float* w = static_cast<const float*>(a.panel);
  for (std::int64_t k = 0; k < a.inputs; ++k, x += Rows, w += kPanel) {
    Floats weight[kVectors];
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) weight[v] = load(w + v * kLanes);
#pragma GCC unroll 12
    for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 8
      for (int v = 0; v < kVectors; ++v) sum[r][v] += x[r] * weight[v];
  }
  write_tile<Rows>(a, sum);
}

/// sum += both halves of each pair of bfloat16: x holds one pair for all lanes, w one pair a lane.
inline Floats dot_pairs(Floats sum, std::uint32_t x, const std::uint32_t* w) {
#if defined(__AVX512BF16__)
  return _mm512_dpbf16_ps(sum, (__m512bh)_mm512_set1_epi32(static_cast<int>(x)), (__m512bh)_mm512_loadu_si512(w));
#else
  Ints pairs;
  std::memcpy(&pairs, w, sizeof pairs);
  const Ints low = pairs << 16, high = pairs & static_cast<std::int32_t>(0xFFFF0000u);
  const std::uint32_t x_low = x << 16, x_high = x & 0xFFFF0000u;
  Floats w_low, w_high;
  float f_low, f_high;
  std::memcpy(&w_low, &low, sizeof w_low);
  std::memcpy(&w_high, &high, sizeof w_high);
  std::memcpy(&f_low, &x_low, sizeof f_low);
  std::memcpy(&f_high, &x_high, sizeof f_high);
  sum += f_low * w_low;
  sum += f_high * w_high;
  return sum;
#endif
}

/// x: [inputs / 2][Rows] pairs, panel: [inputs / 2][kPanel] pairs of bfloat16.
template <int Rows>
void tile_bf16_rows(const TileArgs& a) {
  Floats sum[Rows][kVectors] = {};
  const auto* x = static_cast<const std::uint32_t*>(a.x);
  const auto* w = static_cast<const std::uint32_t*>(a.panel);
  for (std::int64_t k = 0; k < a.inputs / 2; ++k, x += Rows, w += kPanel) {
#pragma GCC unroll 12
    for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 8
      for (int v = 0; v < kVectors; ++v) sum[r][v] = dot_pairs(sum[r][v], x[r], w + v * kLanes);
  }
  write_tile<Rows>(a, sum);
}

/// sum += the four products of each quad: x holds four unsigned bytes for all lanes, w four signed bytes a lane.
inline Ints dot_quads(Ints sum, std::uint32_t x, const std::uint32_t* w) {
#if defined(__AVX512VNNI__)
  return (Ints)_mm512_dpbusd_epi32((__m512i)sum, _mm512_set1_epi32(static_cast<int>(x)), _mm512_loadu_si512(w));
#else
  Ints quads;
  std::memcpy(&quads, w, sizeof quads);
  for (int byte = 0; byte < 4; ++byte) {
    const Ints weight = (quads << (24 - 8 * byte)) >> 24;
    sum += weight * static_cast<std::int32_t>(x >> (8 * byte) & 0xFF);
  }
  return sum;
#endif
}

/// x: [inputs / 4][Rows] quads of unsigned bytes (value + 128), panel: [inputs / 4][kPanel] quads of signed bytes.
template <int Rows>
void tile_int8_rows(const TileArgs& a) {
  Floats sum[Rows][kVectors] = {};
  const auto* x = static_cast<const std::uint32_t*>(a.x);
  const auto* w = static_cast<const std::uint32_t*>(a.panel);
  for (std::int64_t quantum = 0; quantum < a.inputs / kQuantum; ++quantum) {
    Ints whole[Rows][kVectors];
    for (int r = 0; r < Rows; ++r) std::memcpy(whole[r], a.w_sums + quantum * kPanel, sizeof whole[r]);
    for (int k = 0; k < kQuantum / 4; ++k, x += Rows, w += kPanel) {
#pragma GCC unroll 6
      for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 8
        for (int v = 0; v < kVectors; ++v) whole[r][v] = dot_quads(whole[r][v], x[r], w + v * kLanes);
    }
    for (int v = 0; v < kVectors; ++v) {
      const Floats scale = load(a.w_scales + quantum * kPanel + v * kLanes);
      for (int r = 0; r < Rows; ++r)
        sum[r][v] += __builtin_convertvector(whole[r][v], Floats) * (scale * a.x_scales[quantum * Rows + r]);
    }
  }
  write_tile<Rows>(a, sum);
}

#define COUNTERPOINT_DISPATCH_ROWS(name, most)     \
  template <int Rows = most>                       \
  void name(const TileArgs& a) {                   \
    if constexpr (Rows > 1) {                      \
      if (a.rows < Rows) return name<Rows - 1>(a); \
    }                                              \
    name##_rows<Rows>(a);                          \
  }

COUNTERPOINT_DISPATCH_ROWS(tile_f32, kFloatRows)
COUNTERPOINT_DISPATCH_ROWS(tile_bf16, kFloatRows)
COUNTERPOINT_DISPATCH_ROWS(tile_int8, kInt8Rows)
