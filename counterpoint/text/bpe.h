// Byte-pair encoding of one word: the pair of lowest rank merges first, of equal ones the leftmost.
#pragma once
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "counterpoint/text/id_tables.h"
#include "counterpoint/text/tokenizer_parts.h"

namespace counterpoint::text {

class Bpe {
 public:
  /// Takes what it needs of `parts`; `parts.tokens` must outlive it. Error: a merge of, or into, what is no token.
  explicit Bpe(const TokenizerParts& parts);
  /// Appends the word's ids. Any thread may call. n symbols cost O(n log n).
  void encode(std::string_view word, std::vector<TokenId>& out) const;
  const SpellingTable& spellings() const { return spellings_; }

 private:
  struct Symbol {
    TokenId id;
    int previous, next;  // indices of the neighbours that are left; -1: none
  };

  void encode_uncached(std::string_view word, std::vector<TokenId>& out) const;
  std::vector<TokenId> spelled(std::string_view word) const;
  std::optional<TokenId> id_of_character(std::string_view character, bool ends_word) const;
  bool spell_in_bytes(std::string_view character, std::vector<TokenId>& out) const;
  void merge(std::vector<Symbol>& symbols) const;

  TokenizerParts::Kind kind_;
  SpellingTable spellings_;
  MergeTable merges_;
  bool ignore_merges_, fuse_unknown_;
  std::optional<TokenId> unknown_;
  std::string end_of_word_suffix_;

  mutable std::mutex cache_mutex_;
  mutable std::unordered_map<std::string, std::vector<TokenId>> cache_;
};

}  // namespace counterpoint::text
