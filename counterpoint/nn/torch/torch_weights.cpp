#include "counterpoint/nn/torch/torch_weights.h"

#include "counterpoint/core/error.h"
#include "counterpoint/nn/rope.h"

namespace counterpoint::nn {
namespace {

class Loader {
 public:
  Loader(const weights::ModelFiles& model, const at::TensorOptions& options)
      : source_(*model.tensors), config_(model.config), options_(options) {}

  at::Tensor tensor(const std::string& name, bool wanted = true) const {
    if (!wanted) return {};
    const weights::TensorView view = source_.view(name);
    at::Tensor loaded = at::empty(view.shape, at::kFloat);
    weights::to_float32(view, 0, {loaded.data_ptr<float>(), static_cast<size_t>(view.elements())});
    source_.forget(view);
    return loaded.to(options_);
  }

  TorchLayer layer(std::int64_t index) const {
    const std::string layer = fmt::format("model.layers.{}.", index), attention = layer + "self_attn.",
                      mlp = layer + "mlp.";
    TorchLayer w;
    w.attention_norm = tensor(layer + "input_layernorm.weight");
    w.mlp_norm = tensor(layer + "post_attention_layernorm.weight");
    w.query_norm = tensor(attention + "q_norm.weight", config_.qk_norm);
    w.key_norm = tensor(attention + "k_norm.weight", config_.qk_norm);
    w.query = matrix(attention + "q_proj", config_.qkv_bias);
    w.key = matrix(attention + "k_proj", config_.qkv_bias);
    w.value = matrix(attention + "v_proj", config_.qkv_bias);
    w.output = matrix(attention + "o_proj", config_.output_bias);
    w.gate = matrix(mlp + "gate_proj", config_.mlp_bias);
    w.up = matrix(mlp + "up_proj", config_.mlp_bias);
    w.down = matrix(mlp + "down_proj", config_.mlp_bias);
    return w;
  }

 private:
  TorchLinear matrix(const std::string& name, bool bias) const {
    return {name + ".weight", tensor(name + ".weight"), tensor(name + ".bias", bias)};
  }

  const weights::TensorSource& source_;
  const weights::ModelConfig& config_;
  at::TensorOptions options_;
};

}  // namespace

TorchWeights load_torch_weights(const weights::ModelFiles& model, const at::TensorOptions& options) {
  const Loader load(model, options);
  TorchWeights w;
  w.embedding = load.tensor("model.embed_tokens.weight");
  w.final_norm = load.tensor("model.norm.weight");
  w.head = model.config.tied_embeddings ? w.embedding : load.tensor("lm_head.weight");
  for (std::int64_t i = 0; i < model.config.layers; ++i) w.layers.push_back(load.layer(i));
  return w;
}

at::Tensor rms_scale(const at::Tensor& x, double epsilon) {
  return at::rsqrt(x.pow(2).mean(-1, /*keepdim=*/true) + epsilon);
}

at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double epsilon) {
  const at::Tensor wide = x.to(at::kFloat);
  return weight * (wide * rms_scale(wide, epsilon)).to(x.scalar_type());
}

at::Tensor linear(const at::Tensor& x, const TorchLinear& matrix) {
  return at::linear(x, matrix.weight, matrix.bias.defined() ? std::optional<at::Tensor>(matrix.bias) : std::nullopt);
}

RotaryAngles rotary_angles(const weights::ModelConfig& config, const at::Tensor& positions,
                           const at::TensorOptions& options) {
  const at::Tensor frequencies = at::tensor(rope_frequencies(config)).to(options.device());
  const at::Tensor angles = positions.to(at::kFloat).unsqueeze(1) * frequencies;
  const at::Tensor both = at::cat({angles, angles}, 1).unsqueeze(1);
  return {both.cos().to(options), both.sin().to(options)};
}

at::Tensor rotate(const at::Tensor& x, const RotaryAngles& angles) {
  const std::vector<at::Tensor> halves = x.chunk(2, -1);
  return x * angles.cosine + at::cat({-halves[1], halves[0]}, -1) * angles.sine;
}

}  // namespace counterpoint::nn
