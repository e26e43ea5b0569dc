#include <array>

#include "counterpoint/core/error.h"
#include "counterpoint/weights/export_parts.h"
#include "counterpoint/weights/rope_frequencies.h"

namespace counterpoint::weights {
using data::Json;
namespace {

struct HfClass {
  std::string_view architecture, model_type, class_name;
};

constexpr std::array classes = std::to_array<HfClass>({{"llama", "llama", "LlamaForCausalLM"},
                                                       {"mistral", "mistral", "MistralForCausalLM"},
                                                       {"qwen2", "qwen2", "Qwen2ForCausalLM"},
                                                       {"qwen3", "qwen3", "Qwen3ForCausalLM"}});

/// GGUF calls a Mistral a Llama; what tells them apart is the window.
const HfClass& class_of(const ModelConfig& config) {
  const bool windowed_llama = config.architecture == "llama" && config.sliding_window;
  for (const HfClass& known : classes)
    if (known.architecture == (windowed_llama ? "mistral" : config.architecture)) return known;
  COUNTERPOINT_ASSERT(false);
  return classes[0];
}

/// Each class has its biases fixed or in one switch.
void check_biases(const ModelConfig& config, std::string_view type, const std::string& where) {
  const bool attention_as_one = config.qkv_bias == config.output_bias;
  const bool right = type == "qwen2"   ? config.qkv_bias && !config.output_bias && !config.mlp_bias
                     : type == "llama" ? attention_as_one
                     : type == "qwen3" ? attention_as_one && !config.mlp_bias
                                       : !config.qkv_bias && !config.output_bias && !config.mlp_bias;
  if (!right)
    fail(
        "{}: transformers has no {} with biases in just these places (queries, keys and values: {}, attention's "
        "output: {}, "
        "MLP: {})",
        where, type, config.qkv_bias, config.output_bias, config.mlp_bias);
}

Json rope_scaling_json(const ModelConfig& config, const std::string& where) {
  std::optional<Llama3RopeScaling> scaling = config.rope_scaling;
  if (config.rope_freq_factors) {
    scaling = scaling_of_factors(config);
    if (!scaling) fail("{}: its rope factors are not those of Llama 3.1, and config.json knows no others", where);
  }
  if (!scaling) return nullptr;
  return {{"rope_type", "llama3"},
          {"factor", scaling->factor},
          {"low_freq_factor", scaling->low_freq_factor},
          {"high_freq_factor", scaling->high_freq_factor},
          {"original_max_position_embeddings", scaling->original_max_position}};
}

void add_window(const ModelConfig& config, std::string_view type, Json& json) {
  if (type == "mistral") json["sliding_window"] = config.sliding_window ? Json(*config.sliding_window) : Json();
  if ((type != "qwen2" && type != "qwen3") || !config.sliding_window) return;
  json["use_sliding_window"] = true;
  json["sliding_window"] = *config.sliding_window;
  json["max_window_layers"] = 0;
  Json types = Json::array();
  for (std::int64_t layer = 0; layer < config.layers; ++layer) {
    const bool sliding = config.sliding_layers.empty() || config.sliding_layers[static_cast<size_t>(layer)];
    types.push_back(sliding ? "sliding_attention" : "full_attention");
  }
  json["layer_types"] = types;
}

/// GGUF keeps float32: 1e-05 shall not become 9.999999747378752e-06.
double shortest(double value) {
  const auto narrow = static_cast<float>(value);
  const double shown = std::stod(fmt::format("{}", narrow));
  return static_cast<double>(narrow) == value ? shown : value;
}

/// One id as a number, several as a list.
Json ids_json(const std::vector<std::int64_t>& ids) {
  if (ids.empty()) return nullptr;
  return ids.size() == 1 ? Json(ids[0]) : Json(ids);
}

void add_special_ids(const ModelConfig& config, Json& json) {
  if (config.bos_token_id) json["bos_token_id"] = *config.bos_token_id;
  json["eos_token_id"] = ids_json(config.eos_token_ids);
  if (config.pad_token_id) json["pad_token_id"] = *config.pad_token_id;
}

}  // namespace

std::string torch_name(DType dtype) {
  if (dtype == DType::f32) return "float32";
  return dtype == DType::f16 ? "float16" : "bfloat16";
}

Json hf_config_json(const ModelConfig& config, DType dtype, const std::string& where) {
  const HfClass& kind = class_of(config);
  check_biases(config, kind.model_type, where);
  Json json{{"architectures", {kind.class_name}},
            {"model_type", kind.model_type},
            {"vocab_size", config.vocab_size},
            {"hidden_size", config.hidden},
            {"intermediate_size", config.intermediate},
            {"num_hidden_layers", config.layers},
            {"num_attention_heads", config.heads},
            {"num_key_value_heads", config.kv_heads},
            {"head_dim", config.head_dim},
            {"max_position_embeddings", config.max_position},
            {"hidden_act", "silu"},
            {"rms_norm_eps", shortest(config.rms_norm_eps)},
            {"rope_theta", shortest(config.rope_theta)},
            {"rope_scaling", rope_scaling_json(config, where)},
            {"tie_word_embeddings", config.tied_embeddings},
            {"torch_dtype", torch_name(dtype)},
            {"use_cache", true}};
  if (kind.model_type == "llama" || kind.model_type == "qwen3") json["attention_bias"] = config.qkv_bias;
  if (kind.model_type == "llama") json["mlp_bias"] = config.mlp_bias;
  add_window(config, kind.model_type, json);
  add_special_ids(config, json);
  return json;
}

Json generation_config_json(const ModelConfig& config) {
  Json json = Json::object();
  add_special_ids(config, json);
  return json;
}

}  // namespace counterpoint::weights
