// Rotary position embedding: the frequencies of a model and their cosines and sines.
#pragma once
#include <cstdint>
#include <vector>

#include "counterpoint/weights/model_config.h"

namespace counterpoint::nn {

/// [head_dim / 2] radians per position, scaled as Llama 3.1 does where the model says so.
std::vector<float> rope_frequencies(const weights::ModelConfig& config);

/// cos and sin of position * frequency, grown as positions come up.
class RopeTable {
 public:
  explicit RopeTable(std::vector<float> frequencies) : frequencies_(std::move(frequencies)) {}
  /// Makes positions 0 .. count - 1 available.
  void reserve(std::int64_t count);
  const float* cosine(std::int64_t position) const { return cosines_.data() + position * half(); }
  const float* sine(std::int64_t position) const { return sines_.data() + position * half(); }
  std::int64_t half() const { return static_cast<std::int64_t>(frequencies_.size()); }
  std::int64_t count() const { return static_cast<std::int64_t>(cosines_.size()) / half(); }

 private:
  std::vector<float> frequencies_, cosines_, sines_;
};

}  // namespace counterpoint::nn
