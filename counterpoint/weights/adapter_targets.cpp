// Which matrices of a model a LoraConfig adapts, with PEFT's rules for names and patterns.
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "counterpoint/core/error.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/text/pattern.h"
#include "counterpoint/weights/adapter_parts.h"
#include "counterpoint/weights/model_files.h"

namespace counterpoint::weights {
namespace {

constexpr std::string_view layers_prefix = "model.layers.", weight_suffix = ".weight";

/// A regular expression for whole names of modules.
class NamePattern {
 public:
  NamePattern(const std::string& before, const std::string& expression)
      : pattern_("\\A" + before + "(?:" + expression + ")\\z", text::Pattern::Dialect::python) {}
  bool matches(std::string_view name) const {
    bool found = false;
    pattern_.for_each_match(name, [&](size_t, size_t) { found = true; });
    return found;
  }

 private:
  text::Pattern pattern_;
};

struct LinearLayer {
  std::string name;  ///< "model.layers.0.self_attn.q_proj"
  std::int64_t layer = 0, out = 0, in = 0;
};

/// All that can be adapted.
std::vector<LinearLayer> linear_layers(const ModelConfig& model) {
  std::vector<LinearLayer> all;
  for (const auto& [name, shape] : expected_tensors(model)) {
    if (!name.starts_with(layers_prefix) || shape.size() != 2) continue;
    const std::int64_t layer = std::stoll(name.substr(layers_prefix.size()));
    all.push_back({name.substr(0, name.size() - weight_suffix.size()), layer, shape[0], shape[1]});
  }
  return all;
}

bool is_called(std::string_view name, const std::string& target) {
  return name == target || name.ends_with("." + target);
}

/// Modules that PEFT can adapt and we do not.
const std::vector<std::string> outside_the_layers{"model.embed_tokens", "lm_head"};

[[noreturn]] void refuse_outside(const std::string& target, const std::string& name) {
  fail("target_modules: '{}' adapts '{}'; only linear layers within the decoder's layers can be adapted (known: {})",
       target, name, fmt::join(all_linear, ", "));
}

void check_outside(const LoraConfig& config) {
  for (const std::string& name : outside_the_layers) {
    if (!config.target_pattern.empty() && NamePattern("", config.target_pattern).matches(name))
      refuse_outside(config.target_pattern, name);
    for (const std::string& target : config.target_modules)
      if (is_called(name, target)) refuse_outside(target, name);
  }
}

void check_layers(const LoraConfig& config, const ModelConfig& model) {
  for (const std::int64_t layer : config.layers_to_transform)
    if (layer < 0 || layer >= model.layers)
      fail("layers_to_transform names layer {}; the model has 0 to {}", layer, model.layers - 1);
}

/// The layers that targets and layers_to_transform choose.
std::vector<LinearLayer> chosen_layers(const LoraConfig& config, const ModelConfig& model) {
  std::vector<LinearLayer> layers = linear_layers(model);
  const auto& numbers = config.layers_to_transform;
  if (!numbers.empty())
    std::erase_if(layers, [&](const LinearLayer& l) { return std::ranges::find(numbers, l.layer) == numbers.end(); });
  if (!config.target_pattern.empty()) {
    const NamePattern pattern("", config.target_pattern);
    std::erase_if(layers, [&](const LinearLayer& layer) { return !pattern.matches(layer.name); });
  } else if (!targets_all_linear(config)) {
    std::erase_if(layers, [&](const LinearLayer& layer) {
      return std::ranges::none_of(config.target_modules, [&](const auto& t) { return is_called(layer.name, t); });
    });
  }
  return layers;
}

/// The value of the first pattern that matches the last parts of a module's name.
template <class Value>
class PatternValues {
 public:
  explicit PatternValues(const ByPattern<Value>& values) {
    for (const auto& [pattern, value] : values) values_.emplace_back(NamePattern("(?:.*\\.)?", pattern), value);
  }
  Value of(const std::string& name, Value otherwise) const {
    for (const auto& [pattern, value] : values_)
      if (pattern.matches(name)) return value;
    return otherwise;
  }

 private:
  std::vector<std::pair<NamePattern, Value>> values_;
};

}  // namespace

bool targets_all_linear(const LoraConfig& config) {
  return config.target_modules.size() == 1 && to_lower_ascii(config.target_modules[0]) == "all-linear";
}

std::vector<std::string> unmatched_targets(const LoraConfig& config, const ModelConfig& model) {
  std::vector<std::string> unmatched;
  if (targets_all_linear(config) || !config.target_pattern.empty()) return unmatched;
  const std::vector<LinearLayer> layers = linear_layers(model);
  for (const std::string& target : config.target_modules)
    if (std::ranges::none_of(layers, [&](const LinearLayer& layer) { return is_called(layer.name, target); }))
      unmatched.push_back(target);
  return unmatched;
}

std::map<std::string, LoraPart> adapted_parts(const LoraConfig& config, const ModelConfig& model) {
  check_outside(config);
  check_layers(config, model);
  for (const std::string& target : unmatched_targets(config, model))
    fail("target_modules: no linear layer of this {} is called '{}'{}", model.architecture, target,
         suggestion(target, all_linear));
  const PatternValues<int> ranks(config.rank_pattern);
  const PatternValues<double> alphas(config.alpha_pattern);
  std::map<std::string, LoraPart> parts;
  for (const LinearLayer& layer : chosen_layers(config, model)) {
    const int r = ranks.of(layer.name, config.r);
    if (r < 1) fail("the rank of '{}' is {}; 1 or more was expected", layer.name, r);
    const double divisor = config.use_rslora ? std::sqrt(static_cast<double>(r)) : r;
    parts[layer.name + std::string(weight_suffix)] = {
        r, alphas.of(layer.name, config.alpha) / divisor, layer.in, layer.out, {}, {}};
  }
  if (parts.empty() && !config.target_pattern.empty())
    fail("target_modules: the regular expression '{}' matches no linear layer of this {}; their names are like '{}'",
         config.target_pattern, model.architecture, linear_layers(model).front().name);
  if (parts.empty()) fail("target_modules and layers_to_transform together choose no linear layer");
  return parts;
}

std::string lora_tensor_name(const std::string& matrix, char which) {
  const std::string module = matrix.substr(0, matrix.size() - weight_suffix.size());
  return fmt::format("base_model.model.{}.lora_{}.weight", module, which);
}

}  // namespace counterpoint::weights
