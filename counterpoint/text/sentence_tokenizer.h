// What text encoders of the BERT and RoBERTa families read: a sentence between the model's two special tokens.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include "counterpoint/text/tokenizer_parts.h"

namespace counterpoint::text {

/// Any thread may call.
class SentenceTokenizer {
 public:
  virtual ~SentenceTokenizer() = default;
  /// [CLS] text [SEP] or <s> text </s>, cut to `longest` tokens with its last one kept. Error: `longest` below 2.
  std::vector<TokenId> encode(std::string_view text, std::int64_t longest) const;
  virtual std::int64_t vocabulary_size() const = 0;

 protected:
  SentenceTokenizer() = default;
  virtual std::vector<TokenId> words(std::string_view text) const = 0;
  TokenId before_ = 0, behind_ = 0;
};

/// Of a Hugging Face folder: WordPiece from vocab.txt (with tokenizer_config.json's do_lower_case, strip_accents,
/// tokenize_chinese_chars) or from tokenizer.json; RoBERTa's byte-level BPE from tokenizer.json or vocab.json and
/// merges.txt. Error: none of these; a special token that is missing.
std::unique_ptr<SentenceTokenizer> load_sentence_tokenizer(const std::filesystem::path& folder);

}  // namespace counterpoint::text
