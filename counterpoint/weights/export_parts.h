// The files of an exported folder, each by its own means.
#pragma once
#include <filesystem>

#include "counterpoint/data/jsonl.h"
#include "counterpoint/weights/gguf_metadata.h"
#include "counterpoint/weights/model_config.h"
#include "counterpoint/weights/tensor_source.h"

namespace counterpoint::weights {

/// "float32", "bfloat16", "float16": torch's names.
std::string torch_name(DType dtype);

/// config.json in the keys that transformers 4 and 5 both read. `where` names the model. Error: a mixture of features
/// that no class of transformers' has.
data::Json hf_config_json(const ModelConfig& config, DType dtype, const std::string& where);
data::Json generation_config_json(const ModelConfig& config);

/// tokenizer.json and tokenizer_config.json (with the chat template, where there is one).
void write_gguf_tokenizer(const GgufMetadata& metadata, std::int64_t max_position, const std::filesystem::path& folder);

/// Everything beside weights that transformers reads; config.json with the new type of the weights.
void copy_hf_files(const std::filesystem::path& from, DType dtype, const std::filesystem::path& to);

/// All tensors of the model's shape. Error: a number that the type cannot hold, naming the tensor.
void write_weights(const TensorSource& source, const ModelConfig& config, DType dtype,
                   const std::filesystem::path& file);

}  // namespace counterpoint::weights
