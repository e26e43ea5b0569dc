// Rotary position embedding: cosines and sines of a model's frequencies.
#pragma once
#include <cstdint>
#include <vector>

#include "counterpoint/weights/rope_frequencies.h"

namespace counterpoint::nn {

using weights::rope_frequencies;

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
