// The steps in tokenizer.json (normalizer, pre_tokenizer, decoder), each an object with a "type" or a Sequence of such.
#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "counterpoint/text/tokenizer_parts.h"

namespace counterpoint::text {

// `where`: the file, for messages. null appends nothing. Error: a type that we do not know, by name.
void append_normalizers(const nlohmann::json& step, const std::string& where, std::vector<Normalizer>& out);
void append_pre_tokenizers(const nlohmann::json& step, const std::string& where, TokenizerParts& parts);
void append_decoders(const nlohmann::json& step, const std::string& where, std::vector<TextDecoder>& out);

/// Whether ByteLevel is the step or among its Sequence.
bool has_byte_level(const nlohmann::json& pre_tokenizer);

}  // namespace counterpoint::text
