#include "counterpoint/weights/expected_tensors.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "counterpoint/core/error.h"
#include "counterpoint/weights/model_files.h"
#include "counterpoint/weights/tensor_layout.h"

namespace counterpoint::weights {
namespace {

using Shape = std::vector<std::int64_t>;
using NamedShapes = std::vector<std::pair<std::string, Shape>>;

void add_linear(NamedShapes& all, const std::string& name, std::int64_t out, std::int64_t in, bool bias) {
  all.emplace_back(name + ".weight", Shape{out, in});
  if (bias) all.emplace_back(name + ".bias", Shape{out});
}

void add_layer(NamedShapes& all, const ModelConfig& config, const std::string& layer) {
  const std::int64_t queries = config.heads * config.head_dim, keys = config.kv_heads * config.head_dim;
  const std::string attention = layer + "self_attn.", mlp = layer + "mlp.";
  all.emplace_back(layer + "input_layernorm.weight", Shape{config.hidden});
  add_linear(all, attention + "q_proj", queries, config.hidden, config.qkv_bias);
  add_linear(all, attention + "k_proj", keys, config.hidden, config.qkv_bias);
  add_linear(all, attention + "v_proj", keys, config.hidden, config.qkv_bias);
  add_linear(all, attention + "o_proj", config.hidden, queries, config.output_bias);
  if (config.qk_norm) {
    all.emplace_back(attention + "q_norm.weight", Shape{config.head_dim});
    all.emplace_back(attention + "k_norm.weight", Shape{config.head_dim});
  }
  all.emplace_back(layer + "post_attention_layernorm.weight", Shape{config.hidden});
  add_linear(all, mlp + "gate_proj", config.intermediate, config.hidden, config.mlp_bias);
  add_linear(all, mlp + "up_proj", config.intermediate, config.hidden, config.mlp_bias);
  add_linear(all, mlp + "down_proj", config.hidden, config.intermediate, config.mlp_bias);
}

void check_tensor(const TensorView& tensor, const Shape& expected, const std::string& where) {
  if (tensor.shape != expected)
    fail("{}: tensor '{}' has shape {}; {} was expected", where, tensor.name, shape_text(tensor.shape),
         shape_text(expected));
  using enum DType;
  const std::vector<DType> integers{i8, u8, i16, i32, i64, boolean};
  if (std::ranges::find(integers, tensor.dtype) != integers.end())
    fail("{}: tensor '{}' is of type {}; floating point or quantised weights were expected", where, tensor.name,
         dtype_name(tensor.dtype));
}

/// "'a', 'b', 'c' and 4 more".
std::string listed(const std::vector<std::string>& names) {
  const size_t shown = std::min<size_t>(names.size(), 3);
  const std::string some = fmt::format("'{}'", fmt::join(names.begin(), names.begin() + shown, "', '"));
  return shown == names.size() ? some : fmt::format("{} and {} more", some, names.size() - shown);
}

bool does_not_matter(const std::string& name, const ModelConfig& config) {
  return name.ends_with("rotary_emb.inv_freq") || (config.tied_embeddings && name == "lm_head.weight");
}

}  // namespace

NamedShapes expected_tensors(const ModelConfig& config) {
  NamedShapes all;
  all.emplace_back("model.embed_tokens.weight", Shape{config.vocab_size, config.hidden});
  for (std::int64_t layer = 0; layer < config.layers; ++layer)
    add_layer(all, config, fmt::format("model.layers.{}.", layer));
  all.emplace_back("model.norm.weight", Shape{config.hidden});
  if (!config.tied_embeddings) all.emplace_back("lm_head.weight", Shape{config.vocab_size, config.hidden});
  return all;
}

void check_tensors(const TensorSource& source, const ModelConfig& config) {
  std::vector<std::string> missing, unexpected;
  std::set<std::string> known;
  for (const auto& [name, shape] : expected_tensors(config)) {
    known.insert(name);
    if (!source.has(name)) missing.push_back(name);
  }
  for (const std::string& name : source.names())
    if (!known.contains(name) && !does_not_matter(name, config)) unexpected.push_back(name);
  const std::string extra = unexpected.empty() ? "" : fmt::format("; it has {} instead", listed(unexpected));
  if (!missing.empty())
    fail("{} lacks tensors that a {} of this shape has: {}{}", source.where(), config.architecture, listed(missing),
         extra);
  if (!unexpected.empty())
    fail("{} has tensors that a {} of this shape does not have: {}", source.where(), config.architecture,
         listed(unexpected));
  for (const auto& [name, shape] : expected_tensors(config)) check_tensor(source.view(name), shape, source.where());
}

}  // namespace counterpoint::weights
