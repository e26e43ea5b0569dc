// The decoder on libtorch's operators: any device, and the reference that the CPU kernels are checked against.
#pragma once
#include <torch/torch.h>

#include "counterpoint/nn/decoder.h"
#include "counterpoint/nn/torch/torch_weights.h"

namespace counterpoint::nn {

class TorchDecoder final : public Decoder {
 public:
  TorchDecoder(const weights::ModelFiles& model, at::Device device, at::ScalarType dtype);

  const weights::ModelConfig& config() const override { return config_; }
  std::span<const float> forward(const ForwardBatch& batch) override;
  void reserve_blocks(std::int64_t count) override;
  void copy_block(std::int32_t from, std::int32_t to, std::int64_t positions) override;
  std::int64_t weight_bytes() const override;
  std::int64_t block_bytes() const override;

 private:
  struct Group;
  struct Step;
  at::Tensor attention(std::int64_t index, const at::Tensor& x, const Step& step);
  at::Tensor attend(std::int64_t index, const at::Tensor& query, const Group& group) const;

  /// One layer's keys and values: [blocks * 16, kv_heads, head_dim].
  struct Cache {
    at::Tensor keys, values;
  };

  weights::ModelConfig config_;
  at::TensorOptions options_;
  TorchWeights weights_;
  std::vector<Cache> caches_;
  at::Tensor logits_;
};

}  // namespace counterpoint::nn
