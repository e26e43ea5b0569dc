// The decoder on our own CPU kernels: the same bits for a row whatever else is in the batch.
#pragma once
#include "counterpoint/nn/cpu_cache.h"
#include "counterpoint/nn/cpu_weights.h"
#include "counterpoint/nn/decoder.h"
#include "counterpoint/nn/rope.h"

namespace counterpoint::nn {

class CpuDecoder final : public Decoder {
 public:
  CpuDecoder(const weights::ModelFiles& model, WeightType type);

  const weights::ModelConfig& config() const override { return config_; }
  std::span<const float> forward(const ForwardBatch& batch) override;
  void reserve_blocks(std::int64_t count) override { cache_.reserve(count); }
  void copy_block(std::int32_t from, std::int32_t to, std::int64_t positions) override {
    cache_.copy(from, to, positions);
  }
  std::int64_t weight_bytes() const override { return weights_.bytes(); }
  std::int64_t block_bytes() const override { return cache_.block_bytes(); }

 private:
  void embed(const ForwardBatch& batch);
  void normalise(const std::vector<float>& weight, std::int64_t rows);
  void attention(const ForwardBatch& batch, std::int64_t layer);
  void write_cache_row(const ForwardBatch& batch, std::int64_t layer, std::int64_t row);
  void attend_row(const ForwardBatch& batch, std::int64_t layer, std::int64_t row, std::int64_t head,
                  std::vector<const float*>& blocks, std::vector<float>& scratch);
  void mlp(std::int64_t layer, std::int64_t rows);
  void compute_logits(const ForwardBatch& batch);

  weights::ModelConfig config_;
  CpuWeights weights_;
  CpuCache cache_;
  RopeTable rope_;
  // Activations, kept from call to call: [rows, ...]
  std::vector<float> hidden_, normed_, qkv_, attended_, gate_up_, logits_;
};

}  // namespace counterpoint::nn
