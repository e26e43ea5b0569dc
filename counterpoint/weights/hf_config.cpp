#include <algorithm>
#include <array>

#include "counterpoint/core/error.h"
#include "counterpoint/data/fields.h"
#include "counterpoint/weights/config_reader.h"

namespace counterpoint::weights {
namespace fs = std::filesystem;
using data::Fields;
using data::Json;
namespace {

struct Architecture {
  std::string_view class_name, name;
};

constexpr std::array architectures = std::to_array<Architecture>({{"LlamaForCausalLM", "llama"},
                                                                  {"MistralForCausalLM", "mistral"},
                                                                  {"Qwen2ForCausalLM", "qwen2"},
                                                                  {"Qwen3ForCausalLM", "qwen3"}});

std::string read_architecture(const Fields& fields) {
  const std::vector<std::string> names = fields.texts("architectures");
  if (names.size() != 1) fields.wrong("architectures", "should name one architecture");
  std::vector<std::string> known;
  for (const auto& [class_name, name] : architectures) {
    if (class_name == names[0]) return std::string(name);
    known.emplace_back(class_name);
  }
  fields.wrong("architectures", fmt::format("names the unknown {}{}", names[0], suggestion(names[0], known)));
}

double number(const Fields& fields, const std::string& key) {
  const Json& value = fields.at(key);
  if (!value.is_number()) fields.wrong(key, "should be a number");
  return value.get<double>();
}

double number_or(const Fields& fields, const std::string& key, double absent) {
  return fields.has(key) ? number(fields, key) : absent;
}

std::int64_t whole_or(const Fields& fields, const std::string& key, std::int64_t absent) {
  return fields.has(key) ? fields.whole(key) : absent;
}

bool flag_or(const Fields& fields, const std::string& key, bool absent) {
  return fields.has(key) ? fields.flag(key) : absent;
}

void read_sizes(const Fields& fields, ModelConfig& config) {
  config.vocab_size = fields.whole("vocab_size");
  config.hidden = fields.whole("hidden_size");
  config.intermediate = fields.whole("intermediate_size");
  config.layers = fields.whole("num_hidden_layers");
  config.heads = fields.whole("num_attention_heads");
  if (config.heads < 1) fields.wrong("num_attention_heads", "should be at least 1");
  config.kv_heads = whole_or(fields, "num_key_value_heads", config.heads);
  if (!fields.has("head_dim") && config.hidden % config.heads != 0)
    fields.wrong("hidden_size", fmt::format("is {}, no multiple of {} heads", config.hidden, config.heads));
  const std::int64_t head_dim = config.architecture == "qwen3" ? 128 : config.hidden / config.heads;
  config.head_dim = whole_or(fields, "head_dim", head_dim);
  config.max_position = fields.whole("max_position_embeddings");
  config.rms_norm_eps = number_or(fields, "rms_norm_eps", 1e-6);
}

/// Which of its parameters make the rotary embedding: "rope_parameters" since transformers 5, "rope_scaling" before.
void read_rope(const Fields& fields, ModelConfig& config) {
  config.rope_theta = number_or(fields, "rope_theta", 10000);
  if (number_or(fields, "partial_rotary_factor", 1) != 1) fields.wrong("partial_rotary_factor", "should be 1");
  const std::string key = fields.has("rope_parameters") ? "rope_parameters" : "rope_scaling";
  if (!fields.has(key)) return;
  const Fields rope(fields.object(key), fields.where(key));
  config.rope_theta = number_or(rope, "rope_theta", config.rope_theta);
  if (number_or(rope, "partial_rotary_factor", 1) != 1) rope.wrong("partial_rotary_factor", "should be 1");
  for (const auto& [name, value] : fields.object(key).items())
    if (value.is_object()) rope.wrong(name, "gives some layers a rope of their own, which is not supported");
  const std::string type_key = rope.has("rope_type") ? "rope_type" : "type";
  const std::string type = rope.has(type_key) ? rope.text(type_key) : "default";
  if (type == "default") return;
  if (type != "llama3") rope.wrong(type_key, fmt::format("is '{}'; 'default' and 'llama3' are supported", type));
  config.rope_scaling =
      Llama3RopeScaling{number(rope, "factor"), number(rope, "low_freq_factor"), number(rope, "high_freq_factor"),
                        whole_or(rope, "original_max_position_embeddings", config.max_position)};
}

/// Qwen's layers use the window where layer_types says so or, without it, from max_window_layers on.
std::vector<bool> qwen_sliding_layers(const Fields& fields, std::int64_t layers) {
  std::vector<bool> sliding;
  if (fields.has("layer_types")) {
    for (const std::string& type : fields.texts("layer_types")) {
      if (type != "sliding_attention" && type != "full_attention")
        fields.wrong("layer_types", fmt::format("names '{}'; full_attention or sliding_attention was expected", type));
      sliding.push_back(type == "sliding_attention");
    }
    if (std::ssize(sliding) != layers) fields.wrong("layer_types", fmt::format("should name {} layers", layers));
    return sliding;
  }
  const std::int64_t first = whole_or(fields, "max_window_layers", 28);
  for (std::int64_t i = 0; i < layers; ++i) sliding.push_back(i >= first);
  return sliding;
}

void read_window(const Fields& fields, ModelConfig& config) {
  if (config.architecture == "llama") return;
  if (config.architecture == "mistral") {
    if (!fields.at("sliding_window").is_null()) config.sliding_window = fields.whole("sliding_window");
    return;
  }
  if (!flag_or(fields, "use_sliding_window", false)) return;
  std::vector<bool> sliding = qwen_sliding_layers(fields, config.layers);
  if (std::ranges::find(sliding, true) == sliding.end()) return;
  config.sliding_window = fields.whole("sliding_window");
  config.sliding_layers = std::move(sliding);
}

void read_biases(const Fields& fields, ModelConfig& config) {
  const bool llama = config.architecture == "llama", qwen3 = config.architecture == "qwen3";
  const bool attention_bias = (llama || qwen3) && flag_or(fields, "attention_bias", false);
  config.qkv_bias = config.architecture == "qwen2" || attention_bias;
  config.output_bias = attention_bias;
  config.mlp_bias = llama && flag_or(fields, "mlp_bias", false);
  config.qk_norm = qwen3;
}

void refuse_what_changes_the_model(const Fields& fields) {
  if (fields.has("quantization_config"))
    fields.wrong("quantization_config", "is there; weights quantised in a Hugging Face folder are not supported");
  if (fields.has("hidden_act") && fields.text("hidden_act") != "silu")
    fields.wrong("hidden_act", fmt::format("is '{}'; 'silu' was expected", fields.text("hidden_act")));
}

std::vector<std::int64_t> read_ids(const Fields& fields, const std::string& key) {
  if (!fields.has(key)) return {};
  if (!fields.at(key).is_array()) return {fields.whole(key)};
  std::vector<std::int64_t> ids;
  for (const Json& id : fields.list(key)) {
    if (!id.is_number_integer()) fields.wrong(key, "should be a token id or a list of such");
    ids.push_back(id.get<std::int64_t>());
  }
  return ids;
}

std::optional<std::int64_t> first_id(const Fields& fields, const std::string& key) {
  const std::vector<std::int64_t> ids = read_ids(fields, key);
  return ids.empty() ? std::nullopt : std::optional(ids[0]);
}

std::vector<std::int64_t> read_eos(const fs::path& folder, const Fields& config) {
  const fs::path path = folder / "generation_config.json";
  if (fs::exists(path)) {
    const Json json = data::read_json(path);
    const std::vector<std::int64_t> ids = read_ids(Fields(json, path.string()), "eos_token_id");
    if (!ids.empty()) return ids;
  }
  return read_ids(config, "eos_token_id");
}

}  // namespace

ModelConfig read_hf_config(const fs::path& folder) {
  const fs::path path = folder / "config.json";
  const Json json = data::read_json(path);
  const Fields fields(json, path.string());
  ModelConfig config;
  config.architecture = read_architecture(fields);
  refuse_what_changes_the_model(fields);
  read_sizes(fields, config);
  if (config.architecture != "llama") fields.at("num_key_value_heads");  // transformers' defaults differ by class
  read_rope(fields, config);
  check_config(config, path.string());
  read_window(fields, config);
  read_biases(fields, config);
  config.tied_embeddings = flag_or(fields, "tie_word_embeddings", false);
  config.eos_token_ids = read_eos(folder, fields);
  config.bos_token_id = first_id(fields, "bos_token_id");
  config.pad_token_id = first_id(fields, "pad_token_id");
  check_config(config, path.string());
  return config;
}

}  // namespace counterpoint::weights
