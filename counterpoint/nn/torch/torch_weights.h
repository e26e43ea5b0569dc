// A decoder's weights as tensors, on one device and in one type.
#pragma once
#include <torch/torch.h>

#include <array>
#include <vector>

#include "counterpoint/weights/model_files.h"

namespace counterpoint::nn {

struct TorchLinear {
  std::string name;   ///< of the weight: "model.layers.0.self_attn.q_proj.weight"
  at::Tensor weight;  ///< [out, in]
  at::Tensor bias;    ///< [out], undefined: none
};

struct TorchLayer {
  at::Tensor attention_norm, mlp_norm;  ///< [hidden]
  at::Tensor query_norm, key_norm;      ///< [head_dim] (Qwen3), undefined: none
  TorchLinear query, key, value, output, gate, up, down;
  std::array<const TorchLinear*, 7> linears() const { return {&query, &key, &value, &output, &gate, &up, &down}; }
};

struct TorchWeights {
  at::Tensor embedding;   ///< [vocab, hidden]
  at::Tensor final_norm;  ///< [hidden]
  at::Tensor head;        ///< [vocab, hidden], the embedding itself where they are tied
  std::vector<TorchLayer> layers;
};

TorchWeights load_torch_weights(const weights::ModelFiles& model, const at::TensorOptions& options);

/// 1 / sqrt(mean(x^2) + epsilon) of each row of float32 values: [.., 1].
at::Tensor rms_scale(const at::Tensor& x, double epsilon);
/// x * rms_scale(x) * weight, the scale computed in float32.
at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double epsilon);
at::Tensor linear(const at::Tensor& x, const TorchLinear& matrix);

/// The cosines and sines of rotary positions, [rows, 1, head_dim] each.
struct RotaryAngles {
  at::Tensor cosine, sine;
};
RotaryAngles rotary_angles(const weights::ModelConfig& config, const at::Tensor& positions,
                           const at::TensorOptions& options);
/// x: [rows, heads, head_dim]
at::Tensor rotate(const at::Tensor& x, const RotaryAngles& angles);

}  // namespace counterpoint::nn
