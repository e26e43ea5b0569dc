// softmax(q K^T) V for the heads of one token that share a key/value head. Positions lie in blocks of kBlock whose
// borders are multiples of kBlock, so the order of every sum depends on the positions alone.

inline constexpr int kBlockVectors = static_cast<int>(kBlock) / kLanes;

/// scores[h][b * kBlock + p] = q[h] . k[position] for `Heads` heads.
template <int Heads>
void scores_of(const AttendArgs& a, std::int64_t first_head, std::int64_t stride) {
  const float* query = a.query + first_head * a.head_dim;
  for (std::int64_t b = a.first / kBlock; b * kBlock < a.last; ++b) {
    Floats sum[Heads][kBlockVectors] = {};
    const float* key = a.keys[b];
    for (std::int64_t d = 0; d < a.head_dim; ++d, key += kBlock)
#pragma GCC unroll 4
      for (int v = 0; v < kBlockVectors; ++v) {
        const Floats k = load(key + v * kLanes);
#pragma GCC unroll 4
        for (int h = 0; h < Heads; ++h) sum[h][v] += query[h * a.head_dim + d] * k;
      }
    for (int h = 0; h < Heads; ++h)
      for (int v = 0; v < kBlockVectors; ++v)
        store(a.scratch + (first_head + h) * stride + b * kBlock + v * kLanes, sum[h][v] * a.scale);
  }
}

/// Turns one head's scores into weights (not yet divided by their sum) and returns the sum. Positions of the first
/// and last block that lie outside [first, last) get weight 0.
inline float soft_max(float* scores, std::int64_t first, std::int64_t last) {
  const std::int64_t begin = first / kBlock * kBlock, end = (last + kBlock - 1) / kBlock * kBlock;
  for (std::int64_t p = begin; p < first; ++p) scores[p] = -1e30f;
  for (std::int64_t p = last; p < end; ++p) scores[p] = -1e30f;
  Floats most = splat(-1e30f);
  for (std::int64_t p = begin; p < end; p += kLanes) most = larger(most, load(scores + p));
  const float peak = max_lanes(most);
  Floats sum{};
  for (std::int64_t p = begin; p < end; p += kLanes) {
    const Floats shifted = load(scores + p) - peak;
    const Floats e = shifted < -80.0f ? Floats{} : exponential(shifted);
    store(scores + p, e);
    sum += e;
  }
  return sum_lanes(sum);
}

/// out[h][column .. column + Vectors * kLanes) = sum over positions of weight * value, divided by `total`.
/// `Partial`: only head_dim - column lanes are there.
template <int Heads, int Vectors, bool Partial>
void weigh_values(const AttendArgs& a, std::int64_t first_head, std::int64_t stride, std::int64_t column,
                  const float* totals) {
  Floats sum[Heads][Vectors] = {};
  for (std::int64_t b = a.first / kBlock; b * kBlock < a.last; ++b) {
    const float* weight = a.scratch + first_head * stride + b * kBlock;
    const float* value = a.values[b] + column;
    const std::int64_t filled = a.last - b * kBlock < kBlock ? a.last - b * kBlock : kBlock;
    for (std::int64_t p = 0; p < filled; ++p, value += a.head_dim)
#pragma GCC unroll 4
      for (int v = 0; v < Vectors; ++v) {
        const Floats x = Partial ? load_some(value, a.head_dim - column) : load(value + v * kLanes);
#pragma GCC unroll 4
        for (int h = 0; h < Heads; ++h) sum[h][v] += weight[h * stride + p] * x;
      }
  }
  for (int h = 0; h < Heads; ++h)
    for (int v = 0; v < Vectors; ++v) {
      float* out = a.out + (first_head + h) * a.head_dim + column + v * kLanes;
      store_some(out, sum[h][v] / totals[first_head + h], Partial ? a.head_dim - column : kLanes);
    }
}

template <int Heads>
void attend_heads(const AttendArgs& a, std::int64_t first_head, std::int64_t stride, float* totals) {
  scores_of<Heads>(a, first_head, stride);
  for (std::int64_t h = first_head; h < first_head + Heads; ++h)
    totals[h] = soft_max(a.scratch + h * stride, a.first, a.last);
  std::int64_t column = 0;
  for (; column + 4 * kLanes <= a.head_dim; column += 4 * kLanes)
    weigh_values<Heads, 4, false>(a, first_head, stride, column, totals);
  for (; column + kLanes <= a.head_dim; column += kLanes)
    weigh_values<Heads, 1, false>(a, first_head, stride, column, totals);
  if (column < a.head_dim) weigh_values<Heads, 1, true>(a, first_head, stride, column, totals);
}

inline void attend(const AttendArgs& a) {
  const std::int64_t stride = (a.last + kBlock - 1) / kBlock * kBlock;
  float totals[256];  // heads per key/value head; the decoder refuses more
  std::int64_t head = 0;
  for (; head + 4 <= a.heads; head += 4) attend_heads<4>(a, head, stride, totals);
  if (a.heads - head == 3) return attend_heads<3>(a, head, stride, totals);
  if (a.heads - head == 2) return attend_heads<2>(a, head, stride, totals);
  if (a.heads - head == 1) return attend_heads<1>(a, head, stride, totals);
}
