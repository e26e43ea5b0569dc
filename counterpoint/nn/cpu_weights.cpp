#include "counterpoint/nn/cpu_weights.h"

#include <algorithm>

#include "counterpoint/core/error.h"
#include "counterpoint/nn/kernels/parallel.h"
#include "counterpoint/nn/kernels/table.h"

namespace counterpoint::nn {
namespace {

using weights::ModelConfig;
using weights::TensorSource;
using weights::TensorView;

/// Rows [first, first + count) of the tensors standing one below the other.
void read_stacked_rows(const std::vector<TensorView>& parts, std::int64_t first, std::int64_t count, float* out) {
  for (const TensorView& part : parts) {
    const std::int64_t rows = part.rows(), take = std::min(count, rows - first);
    if (take > 0) {
      weights::read_rows(part, first, take, out);
      out += take * part.row_length();
      count -= take;
    }
    first = std::max<std::int64_t>(0, first - rows);
    if (count == 0) return;
  }
}

/// The named tensors, one below the other, as one matrix.
PackedMatrix pack(const TensorSource& source, const std::vector<std::string>& names, WeightType type) {
  std::vector<TensorView> parts;
  std::int64_t rows = 0;
  for (const std::string& name : names) {
    parts.push_back(source.view(name));
    rows += parts.back().rows();
  }
  const std::int64_t inputs = parts.front().row_length();
  PackedMatrix matrix(rows, inputs, type);
  parallel_for(matrix.panels(), 4, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> panel(static_cast<size_t>(kPanel * inputs));
    for (std::int64_t index = begin; index < end; ++index) {
      read_stacked_rows(parts, index * kPanel, std::min(kPanel, rows - index * kPanel), panel.data());
      matrix.set_panel(index, panel.data());
    }
  });
  for (const TensorView& part : parts) source.forget(part);
  return matrix;
}

std::vector<float> vector_of(const TensorSource& source, const std::string& name) {
  const TensorView view = source.view(name);
  std::vector<float> values(static_cast<size_t>(view.elements()));
  weights::to_float32(view, 0, values);
  return values;
}

/// The named vectors, one behind the other; empty unless `wanted`.
std::vector<float> biases(const TensorSource& source, const std::vector<std::string>& names, bool wanted) {
  std::vector<float> all;
  if (!wanted) return all;
  for (const std::string& name : names) {
    const std::vector<float> part = vector_of(source, name);
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

CpuLayer load_layer(const ModelConfig& config, const TensorSource& source, std::int64_t index, WeightType type) {
  const std::string layer = fmt::format("model.layers.{}.", index);
  const auto named = [&](const char* kind, std::initializer_list<const char*> names) {
    std::vector<std::string> full;
    for (const char* name : names) full.push_back(layer + name + kind);
    return full;
  };
  const auto qkv = {"self_attn.q_proj.", "self_attn.k_proj.", "self_attn.v_proj."};
  const auto gate_up = {"mlp.gate_proj.", "mlp.up_proj."};
  return CpuLayer{
      .attention_norm = vector_of(source, layer + "input_layernorm.weight"),
      .mlp_norm = vector_of(source, layer + "post_attention_layernorm.weight"),
      .query_norm = biases(source, named("weight", {"self_attn.q_norm."}), config.qk_norm),
      .key_norm = biases(source, named("weight", {"self_attn.k_norm."}), config.qk_norm),
      .qkv = pack(source, named("weight", qkv), type),
      .output = pack(source, named("weight", {"self_attn.o_proj."}), type),
      .gate_up = pack(source, named("weight", gate_up), type),
      .down = pack(source, named("weight", {"mlp.down_proj."}), type),
      .qkv_bias = biases(source, named("bias", qkv), config.qkv_bias),
      .output_bias = biases(source, named("bias", {"self_attn.o_proj."}), config.output_bias),
      .gate_up_bias = biases(source, named("bias", gate_up), config.mlp_bias),
      .down_bias = biases(source, named("bias", {"mlp.down_proj."}), config.mlp_bias),
  };
}

}  // namespace

std::int64_t CpuWeights::bytes() const {
  std::int64_t total = embedding.bytes() + (head ? head->bytes() : 0);
  for (const CpuLayer& layer : layers)
    total += layer.qkv.bytes() + layer.output.bytes() + layer.gate_up.bytes() + layer.down.bytes();
  return total;
}

CpuWeights load_cpu_weights(const ModelConfig& config, const TensorSource& source, WeightType type) {
  CpuWeights weights{
      pack(source, {"model.embed_tokens.weight"}, type), {}, vector_of(source, "model.norm.weight"), nullptr};
  for (std::int64_t i = 0; i < config.layers; ++i) weights.layers.push_back(load_layer(config, source, i, type));
  if (!config.tied_embeddings) weights.head = std::make_unique<PackedMatrix>(pack(source, {"lm_head.weight"}, type));
  return weights;
}

}  // namespace counterpoint::nn
