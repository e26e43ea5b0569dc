#include <fmt/ranges.h>

#include <algorithm>

#include "counterpoint/core/error.h"
#include "counterpoint/weights/config_reader.h"
#include "counterpoint/weights/gguf.h"
#include "counterpoint/weights/gguf_names.h"
#include "counterpoint/weights/gguf_tokenizer.h"
#include "counterpoint/weights/mapped_tensors.h"
#include "counterpoint/weights/model_parts.h"

namespace counterpoint::weights {
namespace {

/// llama.cpp's rope for "llama" turns neighbours, Hugging Face's turns the two halves of a head; its converter
/// therefore interleaves the rows of the query and key projections.
std::int64_t interleaved_heads(const std::string& gguf_name, const ModelConfig& config) {
  if (config.architecture != "llama") return 0;
  if (gguf_name.ends_with(".attn_q.weight") || gguf_name.ends_with(".attn_q.bias")) return config.heads;
  if (gguf_name.ends_with(".attn_k.weight") || gguf_name.ends_with(".attn_k.bias")) return config.kv_heads;
  return 0;
}

/// The views under Hugging Face's names and in its order.
std::vector<TensorView> hf_views(std::vector<TensorView> views, const ModelConfig& config) {
  std::erase_if(views, [](const TensorView& view) { return view.name == "rope_freqs.weight"; });  // in the config
  for (TensorView& view : views) {
    view.interleaved_heads = interleaved_heads(view.name, config);
    view.name = hf_name_of(view.name);
  }
  return views;
}

/// The spelling of the token whose id a key gives; "" where there is none.
std::string token_text(const GgufMetadata& metadata, std::string_view key) {
  const auto id = metadata.integer(key);
  const std::vector<std::string_view> tokens = metadata.texts("tokenizer.ggml.tokens");
  if (!id || *id < 0 || *id >= std::ssize(tokens)) return "";
  return std::string(tokens[static_cast<size_t>(*id)]);
}

std::unique_ptr<text::Tokenizer> read_tokenizer(const GgufMetadata& metadata) {
  const text::GgufVocabulary vocabulary = read_gguf_vocabulary(metadata);
  try {
    return text::make_tokenizer(text::parts_from_gguf(vocabulary));
  } catch (const Error& error) {
    fail("{}: {}", metadata.where(), error.what());
  }
}

std::unique_ptr<text::ChatFormat> read_chat_format(const GgufMetadata& metadata, const std::string& name) {
  if (!name.empty()) return text::make_chat_format(name);
  const auto jinja = metadata.text("tokenizer.chat_template");
  if (!jinja)
    fail("{} has no chat template; choose a chat format with --chat-format NAME (known: {})", metadata.where(),
         fmt::join(text::chat_format_names(), ", "));
  return text::recognise_chat_format(*jinja, token_text(metadata, "tokenizer.ggml.bos_token_id"),
                                     token_text(metadata, "tokenizer.ggml.eos_token_id"));
}

}  // namespace

ModelFiles open_gguf_file(const std::filesystem::path& path, const OpenOptions& options) {
  MappedFile file(path);
  GgufContents contents = parse_gguf(file.bytes(), path.string());
  ModelFiles files;
  if (options.tokenizer) {
    files.tokenizer = read_tokenizer(contents.metadata);
    if (options.chat) files.chat_format = read_chat_format(contents.metadata, options.chat_format);
  }
  if (options.tensors) {
    files.config = read_gguf_config(contents);
    auto tensors = std::make_unique<MappedTensors>(path.string());
    tensors->add(std::move(file), hf_views(std::move(contents.tensors), files.config));
    files.tensors = std::move(tensors);
  }
  return files;
}

}  // namespace counterpoint::weights
