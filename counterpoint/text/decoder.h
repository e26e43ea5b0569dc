// Tokens back to text: the steps of TokenizerParts::decoders.
#pragma once
#include <string>
#include <vector>

#include "counterpoint/text/tokenizer_parts.h"

namespace counterpoint::text {

/// What the steps make of the tokens, joined.
std::string decode_tokens(std::vector<std::string> tokens, const std::vector<TextDecoder>& steps);

}  // namespace counterpoint::text
