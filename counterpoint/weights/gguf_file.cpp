#include <algorithm>

#include "counterpoint/text/gguf_vocabulary.h"
#include "counterpoint/weights/config_reader.h"
#include "counterpoint/weights/gguf.h"
#include "counterpoint/weights/gguf_names.h"
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

text::GgufVocabulary read_vocabulary(const GgufMetadata& metadata) {
  text::GgufVocabulary vocabulary;
  vocabulary.model = metadata.text("tokenizer.ggml.model").value_or("");
  vocabulary.pre = metadata.text("tokenizer.ggml.pre").value_or("");
  const auto copy = [](const std::vector<std::string_view>& texts) {
    return std::vector<std::string>(texts.begin(), texts.end());
  };
  vocabulary.tokens = copy(metadata.texts("tokenizer.ggml.tokens"));
  vocabulary.merges = copy(metadata.texts("tokenizer.ggml.merges"));
  for (const std::int64_t type : metadata.integers("tokenizer.ggml.token_type"))
    vocabulary.token_types.push_back(static_cast<std::int32_t>(type));
  vocabulary.scores = metadata.floats("tokenizer.ggml.scores");
  vocabulary.add_space_prefix = metadata.flag("tokenizer.ggml.add_space_prefix").value_or(true);
  return vocabulary;
}

/// The spelling of the token whose id a key gives; "" where there is none.
std::string token_text(const GgufMetadata& metadata, std::string_view key) {
  const auto id = metadata.integer(key);
  const std::vector<std::string_view> tokens = metadata.texts("tokenizer.ggml.tokens");
  if (!id || *id < 0 || *id >= std::ssize(tokens)) return "";
  return std::string(tokens[static_cast<size_t>(*id)]);
}

ChatTemplate read_chat_template(const GgufMetadata& metadata) {
  return {metadata.text("tokenizer.chat_template").value_or(""), token_text(metadata, "tokenizer.ggml.bos_token_id"),
          token_text(metadata, "tokenizer.ggml.eos_token_id")};
}

}  // namespace

ModelFiles open_gguf_file(const std::filesystem::path& path, const OpenOptions& options) {
  MappedFile file(path);
  GgufContents contents = parse_gguf(file.bytes(), path.string());
  ModelFiles files;
  if (options.tokenizer) {
    files.tokenizer = text::make_tokenizer(text::parts_from_gguf(read_vocabulary(contents.metadata)));
    if (options.chat)
      files.chat_format = choose_chat_format(read_chat_template(contents.metadata), options, path.string());
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
