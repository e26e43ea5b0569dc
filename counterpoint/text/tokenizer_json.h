// Reading tokenizer.json, the file of Hugging Face's `tokenizers`.
#pragma once
#include <filesystem>
#include <nlohmann/json.hpp>

#include "counterpoint/text/tokenizer_parts.h"

namespace counterpoint::text {

/// Error: a kind of model, normaliser, pre-tokenizer or decoder that we do not know, by name; a missing or misshapen
/// key.
TokenizerParts parts_from_tokenizer_json(const std::filesystem::path& file);

/// {"token": id, ...} as a list by id. `where`: for messages.
std::vector<std::string> tokens_by_id(const nlohmann::json& vocabulary, const std::string& where);

/// "left right" in two. `rank` and `where`: for messages.
std::pair<std::string, std::string> merge_of(std::string_view line, size_t rank, const std::string& where);

/// Parses a whole JSON file whose objects may have very many keys. Error: no JSON, with the place.
nlohmann::json parse_json_file(const std::filesystem::path& file);

}  // namespace counterpoint::text
