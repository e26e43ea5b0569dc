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

#include "counterpoint/text/tokenizer_parts.h"

namespace counterpoint::text {

struct EncodeOptions {
  bool parse_special = true;  ///< "<|im_end|>" in the text becomes its one id; false: it is spelled out as text
  bool continues = false;     ///< the text goes on behind other text: no space of SentencePiece's is put before it
};

/// A byte-level BPE or a BPE with byte fallback, with its pre-splitter, normaliser and added tokens.
/// Never adds BOS or EOS by itself: a chat format writes what belongs there. Any thread may call.
class Tokenizer {
 public:
  virtual ~Tokenizer() = default;
  /// Bytes that are no UTF-8 are read as U+FFFD each.
  virtual std::vector<TokenId> encode(std::string_view text, EncodeOptions options = {}) const = 0;
  /// The text of the ids, the bytes joined before they are read as UTF-8; what is none becomes U+FFFD. Ids that nobody
  /// has are left out; `skip_special` leaves special tokens out as well.
  virtual std::string decode(std::span<const TokenId> ids, bool skip_special = false) const = 0;
  /// The id of a token as it is spelled in the vocabulary, e.g. "<|im_end|>".
  virtual std::optional<TokenId> id_of(std::string_view token) const = 0;
  virtual std::int64_t vocab_size() const = 0;
  /// A hash of vocabulary, merges and added tokens: two models share a tokenizer exactly if these are equal.
  virtual std::uint64_t fingerprint() const = 0;
};

/// Error: parts that do not fit together (a merge whose result is no token, an added token with another's id).
std::unique_ptr<Tokenizer> make_tokenizer(TokenizerParts parts);

/// From tokenizer.json, or a folder that holds one or, GPT-2's older way, vocab.json and merges.txt. Error: a kind of
/// model, normaliser or pre-tokenizer that we do not know, by name; a damaged file.
std::unique_ptr<Tokenizer> load_tokenizer(const std::filesystem::path& file_or_folder);

}  // namespace counterpoint::text
