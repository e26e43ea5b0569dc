// Vectors of floats by the compiler's own extension. Included once per instruction set, inside its namespace.

#if defined(__AVX512F__)
inline constexpr int kLanes = 16;
#elif defined(__AVX2__)
inline constexpr int kLanes = 8;
#else
inline constexpr int kLanes = 4;
#endif

typedef float Floats __attribute__((vector_size(kLanes * 4)));
typedef std::int32_t Ints __attribute__((vector_size(kLanes * 4)));

inline Floats load(const float* from) {
  Floats v;
  std::memcpy(&v, from, sizeof v);
  return v;
}

inline void store(float* to, Floats v) { std::memcpy(to, &v, sizeof v); }

/// Like load and store for the first `count` lanes, at most all; the others are 0.
inline Floats load_some(const float* from, std::int64_t count) {
  Floats v{};
  std::memcpy(&v, from, static_cast<size_t>(count < kLanes ? count : kLanes) * sizeof(float));
  return v;
}

inline void store_some(float* to, Floats v, std::int64_t count) {
  std::memcpy(to, &v, static_cast<size_t>(count < kLanes ? count : kLanes) * sizeof(float));
}

inline Floats splat(float value) { return value - Floats{}; }

/// The lanes' sum in a fixed order.
inline float sum_lanes(Floats v) {
  float parts[kLanes];
  store(parts, v);
  for (int width = kLanes / 2; width > 0; width /= 2)
    for (int i = 0; i < width; ++i) parts[i] += parts[i + width];
  return parts[0];
}

inline float max_lanes(Floats v) {
  float best = v[0];
  for (int i = 1; i < kLanes; ++i) best = v[i] > best ? v[i] : best;
  return best;
}

inline Floats larger(Floats a, Floats b) { return a > b ? a : b; }

/// e^x, relative error below 2e-7; 0 below -87.3, and never infinite.
inline Floats exponential(Floats x) {
  x = x < -87.33654f ? splat(-87.33654f) : x;
  x = x > 88.37626f ? splat(88.37626f) : x;
  const float magic = 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer
  const Floats shifted = x * 1.44269504f + magic;
  const Floats n = shifted - magic;
  const Floats r = x - n * 0.693145752f - n * 1.42860677e-6f;
  Floats p = splat(1.98412698e-4f);
  p = p * r + 1.38888889e-3f;
  p = p * r + 8.33333333e-3f;
  p = p * r + 4.16666667e-2f;
  p = p * r + 1.66666667e-1f;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  Ints power;
  std::memcpy(&power, &shifted, sizeof power);
  power = (power << 23);  // the magic number's low bits hold n
  Ints bits;
  std::memcpy(&bits, &p, sizeof bits);
  bits += power;
  Floats result;
  std::memcpy(&result, &bits, sizeof result);
  return result;
}
