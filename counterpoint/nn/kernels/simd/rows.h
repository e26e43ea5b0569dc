// Operations on one row of activations, of any width.

inline void rms_norm(const float* x, const float* weight, float eps, std::int64_t width, float* y) {
  Floats squares{};
  for (std::int64_t i = 0; i < width; i += kLanes) {
    const Floats v = load_some(x + i, width - i);
    squares += v * v;
  }
  const float scale = 1.0f / __builtin_sqrtf(sum_lanes(squares) / static_cast<float>(width) + eps);
  for (std::int64_t i = 0; i < width; i += kLanes)
    store_some(y + i, load_some(x + i, width - i) * scale * load_some(weight + i, width - i), width - i);
}

/// An even width.
inline void rotate(float* x, const float* cosine, const float* sine, std::int64_t width) {
  const std::int64_t half = width / 2;
  for (std::int64_t i = 0; i < half; ++i) {
    const float a = x[i], b = x[half + i];
    x[i] = a * cosine[i] - b * sine[i];
    x[half + i] = b * cosine[i] + a * sine[i];
  }
}

inline void swiglu(float* gate, const float* up, std::int64_t width) {
  for (std::int64_t i = 0; i < width; i += kLanes) {
    const Floats g = load_some(gate + i, width - i);
    store_some(gate + i, g / (1.0f + exponential(-g)) * load_some(up + i, width - i), width - i);
  }
}

inline float maximum(const float* x, std::int64_t width) {
  float best = x[0];
  std::int64_t i = 0;
  if (width >= kLanes) {
    Floats most = load(x);
    for (i = kLanes; i + kLanes <= width; i += kLanes) most = larger(most, load(x + i));
    best = max_lanes(most);
  }
  for (; i < width; ++i) best = x[i] > best ? x[i] : best;
  return best;
}

inline double exponentials(const float* x, float shift, float factor, std::int64_t width, float* y) {
  double total = 0;
  constexpr std::int64_t stretch = 4096;  // float sums of that many terms, double over the stretches
  for (std::int64_t begin = 0; begin < width; begin += stretch) {
    const std::int64_t end = begin + stretch < width ? begin + stretch : width;
    Floats sum{};
    std::int64_t i = begin;
    for (; i + kLanes <= end; i += kLanes) {
      const Floats e = exponential((load(x + i) - shift) * factor);
      store(y + i, e);
      sum += e;
    }
    for (; i < end; ++i) {
      y[i] = exponential(splat((x[i] - shift) * factor))[0];
      total += static_cast<double>(y[i]);
    }
    total += static_cast<double>(sum_lanes(sum));
  }
  return total;
}
