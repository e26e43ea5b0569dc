// A tokenizer as GGUF metadata describes it (the keys tokenizer.ggml.*), turned into parts.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "counterpoint/text/tokenizer_parts.h"

namespace counterpoint::text {

/// The values of the keys tokenizer.ggml.*, as they stand in the file.
struct GgufVocabulary {
  std::string model;                      ///< "gpt2" (byte-level BPE) or "llama" (SentencePiece BPE)
  std::string pre;                        ///< tokenizer.ggml.pre; "" where the key is missing
  std::vector<std::string> tokens;        ///< by id
  std::vector<std::int32_t> token_types;  ///< by id: 1 normal, 2 unknown, 3 control, 4 user defined, 5 unused, 6 byte
  std::vector<std::string> merges;        ///< "left right"; "gpt2" only
  std::vector<float> scores;              ///< by id; "llama" only
  bool add_space_prefix = true;           ///< "llama" only
};

/// Error: a model or a pre-splitter that we do not know, by name; arrays of different lengths.
TokenizerParts parts_from_gguf(const GgufVocabulary& vocabulary);

/// The pre-splitters that a value of tokenizer.ggml.pre stands for. Error: a name that we do not know, with the
/// nearest.
std::vector<PreSplitter> splitters_for_gguf(std::string_view name);

}  // namespace counterpoint::text
