// Keys and values of all layers in blocks of 16 positions, laid out for the attention kernel.
#pragma once
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

#include "counterpoint/weights/model_config.h"

namespace counterpoint::nn {

/// Per block, layer and key/value head: keys [head_dim][16], then values [16][head_dim].
class CpuCache {
 public:
  explicit CpuCache(const weights::ModelConfig& config);

  void reserve(std::int64_t blocks);
  void copy(std::int32_t from, std::int32_t to, std::int64_t positions);
  float* keys(std::int32_t block, std::int64_t layer, std::int64_t head) const;
  float* values(std::int32_t block, std::int64_t layer, std::int64_t head) const {
    return keys(block, layer, head) + half_;
  }
  std::int64_t block_bytes() const { return block_floats_ * 4; }

 private:
  struct Free {
    void operator()(float* memory) const { std::free(memory); }
  };
  std::int64_t layers_, heads_, head_dim_;
  std::int64_t half_;  ///< floats of the keys of one head in one block
  std::int64_t block_floats_;
  std::vector<std::unique_ptr<float[], Free>> slabs_;  ///< of kSlabBlocks blocks each; untouched memory costs nothing
};

}  // namespace counterpoint::nn
