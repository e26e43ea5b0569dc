// adapter_config.json, read so that no setting of PEFT's that we do not have passes unseen.
#include <algorithm>
#include <array>
#include <cmath>

#include "counterpoint/core/error.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/data/fields.h"
#include "counterpoint/weights/adapter_parts.h"

namespace counterpoint::weights {
using data::Fields;
using data::Json;
namespace {

constexpr int most_rank = 1 << 16;

/// Keys that are read here.
constexpr std::array read_keys =
    std::to_array<std::string_view>({"peft_type", "task_type", "r", "lora_alpha", "lora_dropout", "target_modules",
                                     "bias", "use_rslora", "init_lora_weights", "layers_to_transform", "layers_pattern",
                                     "rank_pattern", "alpha_pattern", "base_model_name_or_path"});

/// Keys that change nothing of a finished adapter: where it comes from, how it began, how it is kept in memory.
constexpr std::array idle_keys = std::to_array<std::string_view>(
    {"auto_mapping", "peft_version", "revision", "inference_mode", "loftq_config", "eva_config", "corda_config",
     "lora_ga_config", "runtime_config", "megatron_core", "qalora_group_size", "ensure_weight_tying"});

/// Whole numbers as such: that is how PEFT writes alpha.
Json number(double value) {
  const auto whole = static_cast<std::int64_t>(value);
  return static_cast<double>(whole) == value ? Json(whole) : Json(value);
}

bool is_off(const Json& value) {
  return value.is_null() || value == Json(false) || ((value.is_object() || value.is_array()) && value.empty());
}

/// PEFT's further kinds of LoRA each have a key that is null, false or empty where the kind is not used; new versions
/// bring new keys of that sort.
void refuse_other_kinds(const Json& json, const Fields& fields) {
  const auto among = [](const auto& keys, const std::string& key) {
    return std::ranges::find(keys, key) != keys.end();
  };
  for (const auto& [key, value] : json.items())
    if (!among(read_keys, key) && !among(idle_keys, key) && !is_off(value))
      fields.wrong(key, fmt::format("is {}: that would change what the adapter does, and is not supported "
                                    "(only plain LoRA is)",
                                    value.dump()));
}

void check_kind(const Fields& fields) {
  if (fields.text("peft_type") != "LORA")
    fields.wrong("peft_type", fmt::format("is '{}'; 'LORA' was expected", fields.text("peft_type")));
  if (fields.has("task_type") && fields.text("task_type") != "CAUSAL_LM")
    fields.wrong("task_type", fmt::format("is '{}'; 'CAUSAL_LM' was expected", fields.text("task_type")));
  const std::string bias = fields.has("bias") ? fields.text("bias") : "none";
  const std::vector<std::string> known{"none", "all", "lora_only"};  // trained biases are tensors, which are refused
  if (std::ranges::find(known, bias) == known.end())
    fields.wrong("bias", fmt::format("is '{}'{}", bias, suggestion(bias, known)));
}

/// Some ways to begin also change the base model's weights, so the adapter fits the changed ones only.
void check_beginning(const Fields& fields) {
  if (!fields.has("init_lora_weights") || fields.at("init_lora_weights").is_boolean()) return;
  const std::string name = fields.text("init_lora_weights");
  const std::vector<std::string> harmless{"gaussian", "eva", "orthogonal"};
  if (std::ranges::find(harmless, name) == harmless.end())
    fields.wrong("init_lora_weights", fmt::format("is '{}', which changes the base model's weights as well; have PEFT "
                                                  "convert the adapter to a plain one (init_lora_weights true)",
                                                  name));
}

int rank(const Fields& fields, const std::string& key) {
  const std::int64_t r = fields.whole(key);
  if (r < 1 || r > most_rank) fields.wrong(key, fmt::format("is {}; a rank of 1 to {} was expected", r, most_rank));
  return static_cast<int>(r);
}

double finite(const Fields& fields, const std::string& key) {
  const double value = fields.number(key);
  if (!std::isfinite(value)) fields.wrong(key, "is not finite");
  return value;
}

void read_targets(const Fields& fields, LoraConfig& config) {
  const std::string key = "target_modules";
  if (!fields.at(key).is_string()) {
    config.target_modules = fields.texts(key);
    if (config.target_modules.empty()) fields.wrong(key, "is empty");
    return;
  }
  const std::string text = fields.text(key);
  config.target_modules.clear();
  if (to_lower_ascii(text) == "all-linear")
    config.target_modules = {"all-linear"};
  else
    config.target_pattern = text;
}

void read_layers(const Fields& fields, LoraConfig& config) {
  const std::string key = "layers_to_transform", pattern_key = "layers_pattern";
  if (!fields.has(key)) return;
  if (fields.at(key).is_array()) {
    for (const Json& layer : fields.list(key)) {
      if (!layer.is_number_integer()) fields.wrong(key, "should hold numbers of layers");
      config.layers_to_transform.push_back(layer.get<std::int64_t>());
    }
  } else {
    config.layers_to_transform.push_back(fields.whole(key));
  }
  if (!fields.has(pattern_key)) return;
  const std::vector<std::string> patterns = fields.at(pattern_key).is_string()
                                                ? std::vector<std::string>{fields.text(pattern_key)}
                                                : fields.texts(pattern_key);
  const bool ours =
      std::ranges::any_of(patterns, [](const std::string& name) { return name.empty() || name == "layers"; });
  if (!patterns.empty() && !ours)
    fields.wrong(pattern_key, fmt::format("is '{}'; the layers of these models are called 'layers'", patterns[0]));
}

}  // namespace

LoraConfig lora_config_from_json(const Json& json, const std::string& where) {
  const Fields fields(json, where);
  check_kind(fields);
  refuse_other_kinds(json, fields);
  check_beginning(fields);
  LoraConfig config;
  config.r = rank(fields, "r");
  config.alpha = finite(fields, "lora_alpha");
  config.dropout = fields.has("lora_dropout") ? finite(fields, "lora_dropout") : 0;
  read_targets(fields, config);
  read_layers(fields, config);
  if (fields.has("rank_pattern")) {
    const Fields ranks(fields.object("rank_pattern"), fields.where("rank_pattern"));
    for (const auto& item : fields.object("rank_pattern").items())
      config.rank_pattern.emplace_back(item.key(), rank(ranks, item.key()));
  }
  if (fields.has("alpha_pattern")) {
    const Fields alphas(fields.object("alpha_pattern"), fields.where("alpha_pattern"));
    for (const auto& item : fields.object("alpha_pattern").items())
      config.alpha_pattern.emplace_back(item.key(), finite(alphas, item.key()));
  }
  config.use_rslora = fields.has("use_rslora") && fields.flag("use_rslora");
  if (fields.has("base_model_name_or_path")) config.base_model = fields.text("base_model_name_or_path");
  return config;
}

Json to_json(const LoraConfig& config) {
  Json ranks = Json::object(), alphas = Json::object();
  for (const auto& [pattern, r] : config.rank_pattern) ranks[pattern] = r;
  for (const auto& [pattern, alpha] : config.alpha_pattern) alphas[pattern] = number(alpha);
  const std::vector<std::string>& names = targets_all_linear(config) ? all_linear : config.target_modules;
  const bool layers = !config.layers_to_transform.empty();
  return {{"peft_type", "LORA"},
          {"task_type", "CAUSAL_LM"},
          {"base_model_name_or_path", config.base_model.empty() ? Json() : Json(config.base_model)},
          {"r", config.r},
          {"lora_alpha", number(config.alpha)},
          {"lora_dropout", config.dropout},
          {"target_modules", config.target_pattern.empty() ? Json(names) : Json(config.target_pattern)},
          {"layers_to_transform", layers ? Json(config.layers_to_transform) : Json()},
          {"rank_pattern", ranks},
          {"alpha_pattern", alphas},
          {"use_rslora", config.use_rslora},
          {"use_dora", false},
          {"bias", "none"},
          {"fan_in_fan_out", false},
          {"init_lora_weights", true},
          {"modules_to_save", nullptr},
          {"inference_mode", true}};
}

}  // namespace counterpoint::weights
