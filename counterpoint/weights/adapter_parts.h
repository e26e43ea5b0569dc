// What reading and writing adapters share: the config as JSON, targets that a model lacks, names of tensors.
#pragma once
#include <string>
#include <vector>

#include "counterpoint/data/jsonl.h"
#include "counterpoint/weights/adapter.h"

namespace counterpoint::weights {

inline constexpr const char* adapter_config_file = "adapter_config.json";
inline constexpr const char* adapter_tensors_file = "adapter_model.safetensors";

/// What "all-linear" stands for, in each architecture that we know.
inline const std::vector<std::string> all_linear{"q_proj",    "k_proj",  "v_proj",   "o_proj",
                                                 "gate_proj", "up_proj", "down_proj"};

/// `where` names the file. Error: a missing or wrong key; a key that is not off and would change the result, by name.
LoraConfig lora_config_from_json(const data::Json& json, const std::string& where);
data::Json to_json(const LoraConfig& config);

/// target_modules is "all-linear".
bool targets_all_linear(const LoraConfig& config);

/// The names in target_modules that no linear layer of the model is called by.
std::vector<std::string> unmatched_targets(const LoraConfig& config, const ModelConfig& model);

/// PEFT's name of A or B (`which`) of the matrix "model.layers.0.self_attn.q_proj.weight":
/// "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight".
std::string lora_tensor_name(const std::string& matrix, char which);

}  // namespace counterpoint::weights
