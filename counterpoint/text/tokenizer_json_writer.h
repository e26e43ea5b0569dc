// Writing tokenizer.json, the file of Hugging Face's `tokenizers`.
#pragma once
#include <string>

#include "counterpoint/data/jsonl.h"
#include "counterpoint/text/tokenizer_parts.h"

namespace counterpoint::text {

/// Tokens that encoding puts around every text unless it is told not to; "": none.
struct SurroundingTokens {
  std::string before, behind;
};

/// Of parts as GGUF files give them: no Metaspace, no prefixing, words cut by patterns. Scores become merges, as
/// transformers converts SentencePiece vocabularies. Error: a surrounding token that is not in the vocabulary.
data::Json tokenizer_json(const TokenizerParts& parts, const SurroundingTokens& around = {});

}  // namespace counterpoint::text
