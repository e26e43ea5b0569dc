// What `--model PATH` means: a Hugging Face folder or a GGUF file, opened.
#pragma once
#include <filesystem>
#include <memory>
#include <string>

#include "counterpoint/text/chat_format.h"
#include "counterpoint/text/tokenizer.h"
#include "counterpoint/weights/model_config.h"
#include "counterpoint/weights/tensor_source.h"

namespace counterpoint::weights {

struct ModelFiles {
  std::filesystem::path path;
  std::int64_t adapted = 0;  ///< matrices that an adapter has been merged into
  ModelConfig config;
  std::unique_ptr<TensorSource> tensors;
  std::unique_ptr<text::Tokenizer> tokenizer;
  std::unique_ptr<text::ChatFormat> chat_format;
};

struct OpenOptions {
  std::string chat_format;        ///< a name, or empty: by the model's own template
  std::filesystem::path adapter;  ///< a PEFT folder, merged into the tensors; empty: none
  bool tensors = true;            ///< false: tokenizer and chat format only (`pbt tokenize`, `pbt render`)
  bool tokenizer = true;          ///< false: a bare model; no tokenizer and no chat format are looked for
  bool chat = true;               ///< false: no chat format is looked for (`pbt tokenize`)
};

/// Error: neither form; unknown architecture, tensor type or rope scaling; a missing, extra or misshapen tensor; a
/// tokenizer with another vocabulary than the model's; each by name; as read_adapter.
ModelFiles open_model(const std::filesystem::path& path, const OpenOptions& options = {});

/// The tensors that a decoder of this shape has, with their shapes, in Hugging Face's names.
std::vector<std::pair<std::string, std::vector<std::int64_t>>> expected_tensors(const ModelConfig& config);

}  // namespace counterpoint::weights
