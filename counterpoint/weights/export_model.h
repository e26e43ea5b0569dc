// A model, with an adapter merged into it or without, as a Hugging Face folder that transformers loads.
#pragma once
#include <cstdint>
#include <filesystem>

#include "counterpoint/weights/tensor_source.h"

namespace counterpoint::weights {

struct ExportOptions {
  std::filesystem::path model;    ///< Hugging Face folder or GGUF file
  std::filesystem::path adapter;  ///< PEFT folder; empty: the base model as it is
  std::filesystem::path output;   ///< must not hold anything yet
  DType dtype = DType::f32;       ///< of the weights: f32, f16 or bf16
};

struct ExportResult {
  std::int64_t tensors = 0;
  std::int64_t adapted = 0;  ///< of them changed by the adapter
  std::int64_t bytes = 0;    ///< of the weights
};

/// Writes config.json, generation_config.json, model.safetensors and the tokenizer's files aside (OUTPUT.partial) and
/// renames the folder when all are there. From a Hugging Face folder, what is not weights is copied; from a GGUF file
/// it is written anew. Error: as open_model; `output` holds something; a model that config.json cannot describe; a
/// weight that float16 cannot hold.
ExportResult export_model(const ExportOptions& options);

}  // namespace counterpoint::weights
