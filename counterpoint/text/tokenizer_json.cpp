#include "counterpoint/text/tokenizer_json.h"

#include <algorithm>

#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/data/jsonl.h"
#include "counterpoint/text/tokenizer_steps.h"

namespace counterpoint::text {
namespace {

using nlohmann::json;

std::pair<std::string, std::string> merge_entry(const json& entry, size_t rank, const std::string& where) {
  if (entry.is_string()) return merge_of(entry.get_ref<const std::string&>(), rank, where);
  if (!entry.is_array() || entry.size() != 2) fail("{}: merge {} is no pair: {}", where, rank, entry.dump());
  return {entry[0].get<std::string>(), entry[1].get<std::string>()};
}

std::string text_or_empty(const json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? "" : found->get<std::string>();
}

void read_model(const json& model, const std::string& where, TokenizerParts& parts) {
  const std::string type = model.value("type", "BPE");  // old files leave it out
  if (type != "BPE") fail("{}: the tokenizer's model is of the kind '{}' (known: BPE)", where, type);
  if (!text_or_empty(model, "continuing_subword_prefix").empty())
    fail("{}: continuing_subword_prefix '{}' is not supported", where,
         text_or_empty(model, "continuing_subword_prefix"));
  parts.tokens = tokens_by_id(model.at("vocab"), where);
  const json& merges = model.at("merges");
  parts.merges.reserve(merges.size());
  for (const json& entry : merges) parts.merges.push_back(merge_entry(entry, parts.merges.size(), where));
  parts.ignore_merges = model.value("ignore_merges", false);
  parts.unknown_token = text_or_empty(model, "unk_token");
  parts.fuse_unknown = model.value("fuse_unk", false);
  parts.end_of_word_suffix = text_or_empty(model, "end_of_word_suffix");
}

AddedToken added_token(const json& entry) {
  AddedToken token;
  token.content = entry.at("content").get<std::string>();
  token.id = entry.at("id").get<TokenId>();
  token.special = entry.value("special", false);
  token.lstrip = entry.value("lstrip", false);
  token.rstrip = entry.value("rstrip", false);
  token.single_word = entry.value("single_word", false);
  token.normalized = entry.value("normalized", !token.special);
  return token;
}

/// What the words are spelled in follows from a ByteLevel pre-tokenizer or from the model's byte_fallback.
void choose_kind(const json& file, const std::string& where, TokenizerParts& parts) {
  if (has_byte_level(file.value("pre_tokenizer", json()))) {
    parts.kind = TokenizerParts::Kind::byte_level;
    return;
  }
  if (!file.at("model").value("byte_fallback", false))
    fail("{}: neither a ByteLevel pre-tokenizer nor byte_fallback: a BPE of that kind is not supported", where);
  parts.kind = TokenizerParts::Kind::byte_fallback;
}

void read_decoders(const json& file, const std::string& where, TokenizerParts& parts) {
  const json decoder = file.value("decoder", json());
  if (decoder.is_null()) fail("{}: the tokenizer has no decoder", where);
  append_decoders(decoder, where, parts.decoders);
  // transformers' own CLIP tokenizer does the same behind the file's decoder.
  if (!parts.end_of_word_suffix.empty())
    parts.decoders.push_back({TextDecoder::Kind::end_of_word, parts.end_of_word_suffix, "", 0, 0});
}

TokenizerParts parts_of(const json& file, const std::string& where) {
  TokenizerParts parts;
  read_model(file.at("model"), where, parts);
  for (const json& entry : file.value("added_tokens", json::array())) parts.added.push_back(added_token(entry));
  append_normalizers(file.value("normalizer", json()), where, parts.normalizers);
  append_pre_tokenizers(file.value("pre_tokenizer", json()), where, parts);
  choose_kind(file, where, parts);
  read_decoders(file, where, parts);
  return parts;
}

}  // namespace

json parse_json_file(const std::filesystem::path& file) {
  const std::string text = read_file(file);
  try {
    data::check_json_depth(text);
    return json::parse(text);
  } catch (const json::exception& error) {
    fail("{}: not a JSON file: {}", file.string(), error.what());
  } catch (const Error& error) {
    fail("{}: {}", file.string(), error.what());
  }
}

std::vector<std::string> tokens_by_id(const json& vocabulary, const std::string& where) {
  if (!vocabulary.is_object() || vocabulary.empty()) fail("{}: the vocabulary is no object of tokens and ids", where);
  // Gaps are few: an id far beyond the number of tokens is damage, not worth the memory.
  const std::int64_t most =
      std::min<std::int64_t>(most_tokens, 4 * static_cast<std::int64_t>(vocabulary.size()) + 65536);
  std::vector<std::string> tokens;
  for (const auto& [token, value] : vocabulary.items()) {
    const auto id = value.is_number_integer() ? value.get<std::int64_t>() : -1;
    if (id < 0 || id >= most)
      fail("{}: the token '{}' has the id {}, expected 0 to {}", where, token, value.dump(), most - 1);
    const auto place = static_cast<size_t>(id);
    if (place >= tokens.size()) tokens.resize(place + 1);
    if (!tokens[place].empty()) fail("{}: the tokens '{}' and '{}' share the id {}", where, tokens[place], token, id);
    tokens[place] = token;
  }
  return tokens;
}

std::pair<std::string, std::string> merge_of(std::string_view line, size_t rank, const std::string& where) {
  const size_t space = line.find(' ');
  if (space == 0 || space == std::string_view::npos || line.find(' ', space + 1) != std::string_view::npos)
    fail("{}: merge {} is no pair of tokens with a space between: '{}'", where, rank, line);
  return {std::string(line.substr(0, space)), std::string(line.substr(space + 1))};
}

TokenizerParts parts_from_tokenizer_json(const std::filesystem::path& file) {
  const json content = parse_json_file(file);
  try {
    return parts_of(content, file.string());
  } catch (const json::exception& error) {
    fail("{}: not a tokenizer file: {}", file.string(), error.what());
  }
}

}  // namespace counterpoint::text
