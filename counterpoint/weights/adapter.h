// LoRA adapters in PEFT's form: adapter_config.json and adapter_model.safetensors.
//
// Wherever an adapted matrix W is used, the model computes W x + scale * B A x. Adapted are linear layers within the
// decoder's layers; neither embeddings nor the output head.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "counterpoint/weights/model_config.h"

namespace counterpoint::weights {

/// Values by regular expressions for names of modules, in the order in which they are tried.
template <class Value>
using ByPattern = std::vector<std::pair<std::string, Value>>;

struct LoraConfig {
  int r = 16;
  double alpha = 32;
  double dropout = 0.05;  ///< of the adapter's input, in training only
  /// Names of linear layers, whole ("model.layers.0.self_attn.q_proj") or the last parts ("q_proj"), or "all-linear"
  /// alone. Default: what of the paper's list Llama and Mistral have.
  std::vector<std::string> target_modules{"q_proj", "k_proj", "v_proj"};
  std::string target_pattern;  ///< not empty: a regular expression for whole names, instead of target_modules
  std::vector<std::int64_t> layers_to_transform;  ///< empty: all layers
  ByPattern<int> rank_pattern;                    ///< PEFT's: the first that matches a name's last parts gives its r
  ByPattern<double> alpha_pattern;
  bool use_rslora = false;  ///< scale = alpha / sqrt(r) instead of alpha / r
  std::string base_model;   ///< "base_model_name_or_path"
};

/// One adapted matrix.
struct LoraPart {
  int r = 0;
  double scale = 0;
  std::int64_t in = 0, out = 0;
  std::vector<float> a;  ///< [r, in]
  std::vector<float> b;  ///< [out, r]
};

struct Adapter {
  LoraConfig config;
  std::map<std::string, LoraPart> parts;  ///< by the matrix' name: "model.layers.0.self_attn.q_proj.weight"
};

/// The matrices that a config adapts in this model, by name, with r and scale set and a, b empty.
/// Error: a target that no linear layer of the model is called by, with the nearest right name; a target outside the
/// decoder's layers; a layer that the model does not have; a rank below 1.
std::map<std::string, LoraPart> adapted_parts(const LoraConfig& config, const ModelConfig& model);

/// Targets that nothing in the model is called by are left out of the config (lists for several architectures have
/// such), as long as one is left. Error: no adapter there; DoRA and whatever else would change the result, by name; a
/// tensor that is missing, that matches no matrix, or whose shape is another; each by name.
Adapter read_adapter(const std::filesystem::path& folder, const ModelConfig& model);

/// Writes both files into the folder; while it does, and if it is broken off, there is no adapter in it. Error: values
/// that do not fit r, in and out.
void write_adapter(const std::filesystem::path& folder, const Adapter& adapter);

}  // namespace counterpoint::weights
