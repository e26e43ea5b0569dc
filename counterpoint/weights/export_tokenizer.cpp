#include <array>
#include <optional>

#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/text/tokenizer_json_writer.h"
#include "counterpoint/weights/export_parts.h"
#include "counterpoint/weights/gguf_tokenizer.h"

namespace counterpoint::weights {
namespace fs = std::filesystem;
using data::Json;
namespace {

/// What transformers may read beside config.json and the weights.
constexpr std::array copied_files = std::to_array<const char*>(
    {"generation_config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json",
     "added_tokens.json", "vocab.json", "merges.txt", "tokenizer.model", "chat_template.jinja"});

std::optional<std::string> token_of(const GgufMetadata& metadata, const std::string& kind) {
  const std::string key = fmt::format("tokenizer.ggml.{}_token_id", kind);
  const auto id = metadata.integer(key);
  if (!id) return std::nullopt;
  const std::vector<std::string_view> tokens = metadata.texts("tokenizer.ggml.tokens");
  if (*id < 0 || *id >= std::ssize(tokens))
    fail("{}: {} is {}; the vocabulary has {} tokens", metadata.where(), key, *id, tokens.size());
  return std::string(tokens[static_cast<size_t>(*id)]);
}

/// Whether the file wants BOS (EOS) around every text; without the key, SentencePiece models do want BOS.
bool adds(const GgufMetadata& metadata, const char* kind, bool otherwise) {
  return metadata.flag(fmt::format("tokenizer.ggml.add_{}_token", kind)).value_or(otherwise);
}

}  // namespace

void write_gguf_tokenizer(const GgufMetadata& metadata, std::int64_t max_position, const fs::path& folder) {
  const text::GgufVocabulary vocabulary = read_gguf_vocabulary(metadata);
  const auto bos = token_of(metadata, "bos"), eos = token_of(metadata, "eos");
  text::SurroundingTokens around;
  if (bos && adds(metadata, "bos", vocabulary.model == "llama")) around.before = *bos;
  if (eos && adds(metadata, "eos", false)) around.behind = *eos;
  const Json tokenizer = text::tokenizer_json(text::parts_from_gguf(vocabulary), around);
  write_file_atomic(folder / "tokenizer.json", tokenizer.dump(1) + "\n");
  Json config{{"tokenizer_class", "PreTrainedTokenizerFast"},
              {"model_max_length", max_position},
              {"clean_up_tokenization_spaces", false}};
  if (bos) config["bos_token"] = *bos;
  if (eos) config["eos_token"] = *eos;
  if (const auto pad = token_of(metadata, "padding")) config["pad_token"] = *pad;
  if (const auto unknown = token_of(metadata, "unknown")) config["unk_token"] = *unknown;
  if (const auto jinja = metadata.text("tokenizer.chat_template")) config["chat_template"] = *jinja;
  write_file_atomic(folder / "tokenizer_config.json", config.dump(2) + "\n");
}

void copy_hf_files(const fs::path& from, DType dtype, const fs::path& to) {
  for (const char* name : copied_files)
    if (fs::exists(from / name)) write_file_atomic(to / name, read_file(from / name));
  Json config = data::read_json(from / "config.json");
  config[config.contains("dtype") ? "dtype" : "torch_dtype"] = torch_name(dtype);
  write_file_atomic(to / "config.json", config.dump(2) + "\n");
}

}  // namespace counterpoint::weights
