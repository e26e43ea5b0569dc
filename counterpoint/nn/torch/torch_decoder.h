// The decoder on libtorch's operators: any device, and the reference that the CPU kernels are checked against.
#pragma once
#include <torch/torch.h>

#include "counterpoint/nn/decoder.h"

namespace counterpoint::nn {

struct TorchLayer {
  at::Tensor attention_norm, mlp_norm, query_norm, key_norm;
  at::Tensor query, key, value, output, gate, up, down;
  at::Tensor query_bias, key_bias, value_bias, output_bias, gate_bias, up_bias, down_bias;  ///< undefined: none
  at::Tensor keys, values;  ///< the cache: [blocks * 16, kv_heads, head_dim]
};

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
  struct Step;
  at::Tensor load(const weights::TensorSource& source, const std::string& name, bool wanted = true) const;
  TorchLayer load_layer(const weights::TensorSource& source, std::int64_t index) const;
  at::Tensor norm(const at::Tensor& x, const at::Tensor& weight) const;
  at::Tensor rotate(const at::Tensor& x, const Step& step) const;
  at::Tensor attention(TorchLayer& layer, std::int64_t index, const at::Tensor& x, const Step& step) const;
  at::Tensor attend_sequence(const TorchLayer& layer, std::int64_t index, const at::Tensor& query,
                             const at::Tensor& slots, const at::Tensor& positions) const;
  std::int64_t window(std::int64_t layer) const;

  weights::ModelConfig config_;
  at::TensorOptions options_;
  at::Tensor embedding_, final_norm_, head_, frequencies_;
  std::vector<TorchLayer> layers_;
  at::Tensor logits_;
};

}  // namespace counterpoint::nn
