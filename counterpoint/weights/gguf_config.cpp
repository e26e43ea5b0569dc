#include <algorithm>
#include <cmath>

#include "counterpoint/core/error.h"
#include "counterpoint/weights/config_reader.h"

namespace counterpoint::weights {
namespace {

/// The keys of one architecture: "llama.block_count" is get.whole("block_count").
class ArchitectureKeys {
 public:
  ArchitectureKeys(const GgufMetadata& metadata, std::string architecture)
      : metadata_(metadata), prefix_(std::move(architecture) + ".") {}

  std::string key(std::string_view name) const { return prefix_ + std::string(name); }
  std::optional<std::int64_t> whole_if(std::string_view name) const {
    return metadata_.integer_or_uniform_list(key(name));
  }
  std::int64_t whole(std::string_view name) const {
    const auto value = whole_if(name);
    if (!value) fail("{}: key '{}' is missing", metadata_.where(), key(name));
    return *value;
  }
  std::optional<double> number_if(std::string_view name) const { return metadata_.number(key(name)); }

  /// Error: the key is there with another value than `expected`.
  void expect(std::string_view name, std::int64_t expected) const {
    const auto value = whole_if(name);
    if (value && *value != expected)
      fail("{}: key '{}' is {}; only {} is supported", metadata_.where(), key(name), *value, expected);
  }

 private:
  const GgufMetadata& metadata_;
  std::string prefix_;
};

std::string read_architecture(const GgufMetadata& metadata) {
  const std::vector<std::string> known{"llama", "qwen2", "qwen3"};
  const auto name = metadata.text("general.architecture");
  if (!name) fail("{}: key 'general.architecture' is missing", metadata.where());
  if (std::ranges::find(known, *name) == known.end())
    fail("{}: unknown architecture '{}'{}", metadata.where(), *name, suggestion(*name, known));
  return *name;
}

const TensorView* find_tensor(const GgufContents& contents, std::string_view name) {
  const auto found = std::ranges::find(contents.tensors, name, &TensorView::name);
  return found == contents.tensors.end() ? nullptr : &*found;
}

void read_sizes(const ArchitectureKeys& keys, const GgufContents& contents, ModelConfig& config) {
  const TensorView* embedding = find_tensor(contents, "token_embd.weight");
  if (!embedding) fail("{}: tensor 'token_embd.weight' is missing", contents.metadata.where());
  config.vocab_size = embedding->shape[0];
  keys.expect("vocab_size", config.vocab_size);
  config.hidden = keys.whole("embedding_length");
  config.intermediate = keys.whole("feed_forward_length");
  config.layers = keys.whole("block_count");
  config.heads = keys.whole("attention.head_count");
  if (config.heads < 1) fail("{}: there are {} attention heads", contents.metadata.where(), config.heads);
  config.kv_heads = keys.whole_if("attention.head_count_kv").value_or(config.heads);
  config.head_dim = keys.whole_if("attention.key_length").value_or(config.hidden / config.heads);
  config.max_position = keys.whole("context_length");
  keys.expect("attention.value_length", config.head_dim);
  keys.expect("rope.dimension_count", config.head_dim);
  keys.expect("expert_count", 0);
}

std::vector<float> read_factors(const TensorView& tensor, std::int64_t expected, const std::string& where) {
  if (tensor.shape != std::vector<std::int64_t>{expected / 2})
    fail("{}: tensor '{}' should have {} elements, half a head", where, tensor.name, expected / 2);
  std::vector<float> factors(static_cast<size_t>(tensor.elements()));
  to_float32(tensor, 0, factors);
  if (!std::ranges::all_of(factors, [](float x) { return std::isfinite(x) && x > 0; }))
    fail("{}: tensor '{}' should hold numbers above 0", where, tensor.name);
  return factors;
}

void read_rope(const ArchitectureKeys& keys, const GgufContents& contents, ModelConfig& config) {
  const std::string& where = contents.metadata.where();
  config.rope_theta = keys.number_if("rope.freq_base").value_or(10000);
  const std::string type = contents.metadata.text(keys.key("rope.scaling.type")).value_or("none");
  if (type != "none")
    fail("{}: rope scaling '{}' is not supported; 'none' or Llama 3.1's tensor rope_freqs.weight was expected", where,
         type);
  if (keys.number_if("rope.scale_linear").value_or(1) != 1) fail("{}: linear rope scaling is not supported", where);
  if (const TensorView* factors = find_tensor(contents, "rope_freqs.weight"))
    config.rope_freq_factors = read_factors(*factors, config.head_dim, where);
}

/// The end of text, of a turn and of a message are keys of their own, of which a model may have some.
void read_ids(const GgufMetadata& metadata, ModelConfig& config) {
  for (const char* key : {"tokenizer.ggml.eos_token_id", "tokenizer.ggml.eot_token_id", "tokenizer.ggml.eom_token_id"})
    if (const auto id = metadata.integer(key);
        id && std::ranges::find(config.eos_token_ids, *id) == config.eos_token_ids.end())
      config.eos_token_ids.push_back(*id);
  config.bos_token_id = metadata.integer("tokenizer.ggml.bos_token_id");
  config.pad_token_id = metadata.integer("tokenizer.ggml.padding_token_id");
}

}  // namespace

ModelConfig read_gguf_config(const GgufContents& contents) {
  ModelConfig config;
  config.architecture = read_architecture(contents.metadata);
  const ArchitectureKeys keys(contents.metadata, config.architecture);
  read_sizes(keys, contents, config);
  const auto epsilon = keys.number_if("attention.layer_norm_rms_epsilon");
  if (!epsilon)
    fail("{}: key '{}' is missing", contents.metadata.where(), keys.key("attention.layer_norm_rms_epsilon"));
  config.rms_norm_eps = *epsilon;
  config.sliding_window = keys.whole_if("attention.sliding_window");
  config.qkv_bias = find_tensor(contents, "blk.0.attn_q.bias");
  config.output_bias = find_tensor(contents, "blk.0.attn_output.bias");
  config.mlp_bias = find_tensor(contents, "blk.0.ffn_gate.bias");
  config.qk_norm = config.architecture == "qwen3";
  config.tied_embeddings = !find_tensor(contents, "output.weight");
  read_ids(contents.metadata, config);
  check_config(config, contents.metadata.where());
  read_rope(keys, contents, config);
  check_config(config, contents.metadata.where());
  return config;
}

}  // namespace counterpoint::weights
