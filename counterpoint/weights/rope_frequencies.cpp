#include "counterpoint/weights/rope_frequencies.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace counterpoint::weights {
namespace {

/// Llama 3.1: long waves are slowed down by `factor`, short ones stay, those between are blended.
float scale_llama3(float frequency, const Llama3RopeScaling& scaling) {
  const double wavelength = 2 * std::numbers::pi / static_cast<double>(frequency);
  const auto original = static_cast<double>(scaling.original_max_position);
  if (wavelength < original / scaling.high_freq_factor) return frequency;
  const auto slowed = static_cast<double>(frequency) / scaling.factor;
  if (wavelength > original / scaling.low_freq_factor) return static_cast<float>(slowed);
  const double blend =
      (original / wavelength - scaling.low_freq_factor) / (scaling.high_freq_factor - scaling.low_freq_factor);
  return static_cast<float>((1 - blend) * slowed + blend * static_cast<double>(frequency));
}

}  // namespace

std::vector<float> rope_frequencies(const ModelConfig& config) {
  const std::int64_t half = config.head_dim / 2;
  std::vector<float> frequencies(static_cast<size_t>(half));
  for (std::int64_t i = 0; i < half; ++i) {
    const float exponent = static_cast<float>(2 * i) / static_cast<float>(config.head_dim);
    float frequency = 1.0f / std::pow(static_cast<float>(config.rope_theta), exponent);
    if (config.rope_scaling) frequency = scale_llama3(frequency, *config.rope_scaling);
    if (config.rope_freq_factors) frequency /= (*config.rope_freq_factors)[static_cast<size_t>(i)];
    frequencies[static_cast<size_t>(i)] = frequency;
  }
  return frequencies;
}

std::optional<Llama3RopeScaling> scaling_of_factors(const ModelConfig& config) {
  ModelConfig plain = config;
  plain.rope_freq_factors.reset();
  const std::vector<float> before = rope_frequencies(plain), after = rope_frequencies(config);
  const std::vector<float>& factors = *config.rope_freq_factors;
  Llama3RopeScaling scaling;
  scaling.factor = std::round(static_cast<double>(std::ranges::max(factors)) * 1e4) / 1e4;
  // A blended frequency tells the original length: see scale_llama3, solved for `original`.
  for (size_t i = 0; i < factors.size(); ++i) {
    const double factor = factors[i];
    if (factor < 1.01 || factor > 0.99 * scaling.factor) continue;
    const double blend = (1 / factor - 1 / scaling.factor) / (1 - 1 / scaling.factor);
    const double wavelength = 2 * std::numbers::pi / static_cast<double>(before[i]);
    scaling.original_max_position = std::llround(
        wavelength * (scaling.low_freq_factor + blend * (scaling.high_freq_factor - scaling.low_freq_factor)));
  }
  plain.rope_scaling = scaling;
  const std::vector<float> again = rope_frequencies(plain);
  for (size_t i = 0; i < after.size(); ++i)
    if (std::fabs(again[i] - after[i]) > 1e-4f * after[i]) return std::nullopt;
  return scaling;
}

}  // namespace counterpoint::weights
