#include "counterpoint/nn/cpu_cache.h"

#include <algorithm>
#include <new>

#include "counterpoint/nn/kernels/table.h"

namespace counterpoint::nn {
namespace {
constexpr std::int64_t kSlabBlocks = 16;
}

CpuCache::CpuCache(const weights::ModelConfig& config)
    : layers_(config.layers),
      heads_(config.kv_heads),
      head_dim_(config.head_dim),
      half_(config.head_dim * kBlock),
      block_floats_(layers_ * heads_ * half_ * 2) {}

void CpuCache::reserve(std::int64_t blocks) {
  while (static_cast<std::int64_t>(slabs_.size()) * kSlabBlocks < blocks) {
    const auto bytes = static_cast<size_t>((kSlabBlocks * block_bytes() + 63) / 64 * 64);
    auto* memory = static_cast<float*>(std::aligned_alloc(64, bytes));
    if (!memory) throw std::bad_alloc();
    slabs_.emplace_back(memory);
  }
}

float* CpuCache::keys(std::int32_t block, std::int64_t layer, std::int64_t head) const {
  float* base = slabs_[static_cast<size_t>(block / kSlabBlocks)].get() + block % kSlabBlocks * block_floats_;
  return base + (layer * heads_ + head) * half_ * 2;
}

void CpuCache::copy(std::int32_t from, std::int32_t to, std::int64_t positions) {
  for (std::int64_t layer = 0; layer < layers_; ++layer)
    for (std::int64_t head = 0; head < heads_; ++head) {
      for (std::int64_t d = 0; d < head_dim_; ++d)
        std::copy_n(keys(from, layer, head) + d * kBlock, positions, keys(to, layer, head) + d * kBlock);
      std::copy_n(values(from, layer, head), positions * head_dim_, values(to, layer, head));
    }
}

}  // namespace counterpoint::nn
