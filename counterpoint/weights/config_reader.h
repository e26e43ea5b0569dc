// From a model's files to its ModelConfig.
#pragma once
#include <filesystem>
#include <string>

#include "counterpoint/weights/gguf.h"
#include "counterpoint/weights/model_config.h"

namespace counterpoint::weights {

/// config.json and, if it is there, generation_config.json. Error: a missing or absurd value; an architecture, rope
/// scaling, activation or quantisation that we do not know, by name.
ModelConfig read_hf_config(const std::filesystem::path& folder);

/// Metadata, and from the tensors: the vocabulary's size, biases, tied embeddings, Llama 3.1's rope factors.
/// Error: as above.
ModelConfig read_gguf_config(const GgufContents& contents);

/// Error: sizes that are absurd or do not fit each other, by name; `where` is the file they come from.
void check_config(const ModelConfig& config, const std::string& where);

}  // namespace counterpoint::weights
