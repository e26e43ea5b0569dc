#include "counterpoint/nn/rope.h"

#include <cmath>
#include <numbers>

namespace counterpoint::nn {
namespace {

/// Llama 3.1: long waves are slowed down by `factor`, short ones stay, those between are blended.
float scale_llama3(float frequency, const weights::Llama3RopeScaling& scaling) {
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

std::vector<float> rope_frequencies(const weights::ModelConfig& config) {
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

void RopeTable::reserve(std::int64_t wanted) {
  for (std::int64_t position = count(); position < wanted; ++position)
    for (const float frequency : frequencies_) {
      const float angle = static_cast<float>(position) * frequency;
      cosines_.push_back(std::cos(angle));
      sines_.push_back(std::sin(angle));
    }
}

}  // namespace counterpoint::nn
