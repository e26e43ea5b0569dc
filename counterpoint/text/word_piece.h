// WordPiece, BERT's way from text to ids: basic cleaning and cutting, then for each word the longest known pieces.
#pragma once
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "counterpoint/text/tokenizer_parts.h"

namespace counterpoint::text {

struct WordPieceSettings {
  bool clean_text = true;  ///< control characters go, white space becomes spaces
  bool lowercase = true;
  bool strip_accents = true;         ///< NFD, then without the marks; transformers' default is the value of `lowercase`
  bool space_around_chinese = true;  ///< each ideograph is a word
  std::string unknown = "[UNK]";     ///< for a word that cannot be spelled, or is longer than:
  size_t longest_word = 100;         ///< characters
  std::string prefix = "##";         ///< of pieces that continue a word
};

/// Any thread may call.
class WordPiece {
 public:
  /// `tokens` by id. Error: no unknown token.
  WordPiece(const std::vector<std::string>& tokens, WordPieceSettings settings);
  /// Without special tokens.
  std::vector<TokenId> encode(std::string_view text) const;
  std::vector<std::string> split(std::string_view text) const;
  /// Error: not in the vocabulary.
  TokenId id_of(const std::string& token) const;
  size_t vocabulary_size() const { return size_; }

 private:
  void append_pieces(const std::string& word, std::vector<TokenId>& out) const;

  WordPieceSettings settings_;
  std::unordered_map<std::string, TokenId> ids_;
  TokenId unknown_ = 0;
  size_t size_ = 0;
};

}  // namespace counterpoint::text
