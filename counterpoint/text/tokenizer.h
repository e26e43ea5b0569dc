// Text to token ids and back, as the model's own tokenizer does it.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace counterpoint::text {

using TokenId = std::int32_t;

struct EncodeOptions {
  bool parse_special = true;  ///< "<|im_end|>" in the text becomes its one id; false: it is spelled out as text
};

/// A byte-level BPE or a BPE with byte fallback, with its pre-splitter, normaliser and added tokens.
/// Never adds BOS or EOS by itself: a chat format writes what belongs there.
class Tokenizer {
 public:
  virtual ~Tokenizer() = default;
  virtual std::vector<TokenId> encode(std::string_view text, EncodeOptions options = {}) const = 0;
  /// The text of the ids, the bytes joined before they are read as UTF-8. `skip_special` leaves special tokens out.
  virtual std::string decode(std::span<const TokenId> ids, bool skip_special = false) const = 0;
  /// The id of a token as it is spelled in the vocabulary, e.g. "<|im_end|>".
  virtual std::optional<TokenId> id_of(std::string_view token) const = 0;
  virtual std::int64_t vocab_size() const = 0;
  /// A hash of vocabulary, merges and added tokens: two models share a tokenizer exactly if these are equal.
  virtual std::uint64_t fingerprint() const = 0;
};

/// What a tokenizer is made of, from whatever file it comes (tokenizer.json here; GGUF metadata in weights/).
struct TokenizerParts {
  enum class Kind { byte_level, byte_fallback };
  struct Added {
    std::string content;
    TokenId id = 0;
    bool special = false, lstrip = false, rstrip = false, single_word = false, normalized = false;
  };
  Kind kind = Kind::byte_level;
  std::vector<std::string> tokens;                          ///< by id, as spelled in the vocabulary; "" = a gap
  std::vector<std::pair<std::string, std::string>> merges;  ///< in rank order
  std::vector<Added> added;
  std::vector<std::string> splitters;  ///< PCRE2 patterns, applied one after another
  // ... normaliser, digits, prefix space, ignore_merges: whoever owns this file adds what the formats need
};

std::unique_ptr<Tokenizer> make_tokenizer(TokenizerParts parts);

/// From tokenizer.json (or the folder that holds one). Error: a kind of model, normaliser or pre-tokenizer that we do
/// not know, by name; a damaged file.
std::unique_ptr<Tokenizer> load_tokenizer(const std::filesystem::path& file_or_folder);

}  // namespace counterpoint::text
