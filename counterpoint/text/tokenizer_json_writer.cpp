#include "counterpoint/text/tokenizer_json_writer.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "counterpoint/core/error.h"
#include "counterpoint/text/merges.h"

namespace counterpoint::text {
using data::Json;
namespace {

/// null, the one step, or a Sequence of several.
Json sequence(const char* key, std::vector<Json> steps) {
  if (steps.empty()) return nullptr;
  if (steps.size() == 1) return steps[0];
  return {{"type", "Sequence"}, {key, steps}};
}

Json normalizer_json(const std::vector<Normalizer>& steps) {
  std::vector<Json> out;
  for (const Normalizer& step : steps) {
    using Kind = Normalizer::Kind;
    COUNTERPOINT_ASSERT(step.kind == Kind::nfc || step.kind == Kind::prepend || step.kind == Kind::replace);
    if (step.kind == Kind::nfc) out.push_back({{"type", "NFC"}});
    if (step.kind == Kind::prepend) out.push_back({{"type", "Prepend"}, {"prepend", step.to}});
    if (step.kind == Kind::replace)
      out.push_back({{"type", "Replace"}, {"pattern", {{"String", step.from}}}, {"content", step.to}});
  }
  return sequence("normalizers", std::move(out));
}

/// `use_regex` would cut once more, with GPT-2's pattern.
Json byte_level_json() {
  return {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", false}};
}

Json pre_tokenizer_json(const TokenizerParts& parts) {
  COUNTERPOINT_ASSERT(!parts.metaspace);
  std::vector<Json> out;
  for (const PreSplitter& step : parts.splitters) {
    COUNTERPOINT_ASSERT(step.kind == PreSplitter::Kind::isolated);
    out.push_back(
        {{"type", "Split"}, {"pattern", {{"Regex", step.pattern}}}, {"behavior", "Isolated"}, {"invert", false}});
  }
  if (parts.kind == TokenizerParts::Kind::byte_level) out.push_back(byte_level_json());
  return sequence("pretokenizers", std::move(out));
}

Json decoder_step(const TextDecoder& step) {
  using Kind = TextDecoder::Kind;
  switch (step.kind) {
    case Kind::byte_level:
      return byte_level_json();
    case Kind::replace:
      return {{"type", "Replace"}, {"pattern", {{"String", step.from}}}, {"content", step.to}};
    case Kind::byte_fallback:
      return {{"type", "ByteFallback"}};
    case Kind::fuse:
      return {{"type", "Fuse"}};
    case Kind::strip:
      return {{"type", "Strip"}, {"content", step.from}, {"start", step.start}, {"stop", step.stop}};
    case Kind::metaspace:
    case Kind::end_of_word:
      break;
  }
  COUNTERPOINT_ASSERT(false);
  return nullptr;
}

Json decoder_json(const std::vector<TextDecoder>& steps) {
  std::vector<Json> out;
  for (const TextDecoder& step : steps) out.push_back(decoder_step(step));
  return sequence("decoders", std::move(out));
}

using IdsByToken = std::unordered_map<std::string, TokenId>;

IdsByToken ids_by_token(const std::vector<std::string>& tokens) {
  IdsByToken ids;
  for (size_t id = 0; id < tokens.size(); ++id)
    if (!tokens[id].empty()) ids.emplace(tokens[id], static_cast<TokenId>(id));
  return ids;
}

/// Ways to cut a token in two tokens, in the order of the parts' ids.
void append_cuts(const std::string& token, const IdsByToken& ids, Json& merges) {
  std::vector<std::pair<TokenId, TokenId>> cuts;
  std::map<std::pair<TokenId, TokenId>, size_t> places;
  for (size_t cut = 1; cut < token.size(); ++cut) {
    const auto left = ids.find(token.substr(0, cut)), right = ids.find(token.substr(cut));
    if (left == ids.end() || right == ids.end()) continue;
    cuts.emplace_back(left->second, right->second);
    places[cuts.back()] = cut;
  }
  std::ranges::sort(cuts);
  for (const auto& pair : cuts) merges.push_back({token.substr(0, places[pair]), token.substr(places[pair])});
}

/// In rank order; SentencePiece's: all cuts of the token with the highest score first.
Json merges_json(const TokenizerParts& parts, const IdsByToken& ids) {
  Json merges = Json::array();
  if (parts.scores.empty() || !parts.merges.empty()) {
    for (const auto& [left, right] : parts.merges) merges.push_back({left, right});
    return merges;
  }
  for (const TokenId id : mergeable_by_score(parts)) append_cuts(parts.tokens[static_cast<size_t>(id)], ids, merges);
  return merges;
}

Json model_json(const TokenizerParts& parts) {
  Json::object_t vocabulary;  // filled as the list that it is: by name, each token would be looked for among all before
  vocabulary.reserve(parts.tokens.size());
  for (size_t id = 0; id < parts.tokens.size(); ++id)
    if (!parts.tokens[id].empty()) vocabulary.emplace_back(parts.tokens[id], id);
  return {{"type", "BPE"},
          {"dropout", nullptr},
          {"unk_token", parts.unknown_token.empty() ? Json() : Json(parts.unknown_token)},
          {"continuing_subword_prefix", nullptr},
          {"end_of_word_suffix", nullptr},
          {"fuse_unk", parts.fuse_unknown},
          {"byte_fallback", parts.kind == TokenizerParts::Kind::byte_fallback},
          {"ignore_merges", parts.ignore_merges},
          {"vocab", vocabulary},
          {"merges", merges_json(parts, ids_by_token(parts.tokens))}};
}

Json added_json(const std::vector<AddedToken>& tokens) {
  Json out = Json::array();
  for (const AddedToken& token : tokens)
    out.push_back({{"id", token.id},
                   {"content", token.content},
                   {"single_word", token.single_word},
                   {"lstrip", token.lstrip},
                   {"rstrip", token.rstrip},
                   {"normalized", token.normalized},
                   {"special", token.special}});
  return out;
}

Json template_token(const std::string& token) { return {{"SpecialToken", {{"id", token}, {"type_id", 0}}}}; }

Json post_processor_json(const TokenizerParts& parts, const SurroundingTokens& around) {
  Json single = Json::array(), special = Json::object();
  const auto add = [&](const std::string& token) {
    if (token.empty()) return;
    const auto found = std::ranges::find(parts.tokens, token);
    if (found == parts.tokens.end()) fail("the token '{}' is not in the vocabulary", token);
    single.push_back(template_token(token));
    special[token] = {{"id", token}, {"ids", {found - parts.tokens.begin()}}, {"tokens", {token}}};
  };
  add(around.before);
  single.push_back({{"Sequence", {{"id", "A"}, {"type_id", 0}}}});
  add(around.behind);
  if (special.empty()) return nullptr;
  Json pair = single;
  for (Json part : single) {
    if (part.contains("Sequence")) part["Sequence"] = {{"id", "B"}, {"type_id", 0}};
    pair.push_back(part);
  }
  return {{"type", "TemplateProcessing"}, {"single", single}, {"pair", pair}, {"special_tokens", special}};
}

}  // namespace

Json tokenizer_json(const TokenizerParts& parts, const SurroundingTokens& around) {
  return {{"version", "1.0"},
          {"truncation", nullptr},
          {"padding", nullptr},
          {"added_tokens", added_json(parts.added)},
          {"normalizer", normalizer_json(parts.normalizers)},
          {"pre_tokenizer", pre_tokenizer_json(parts)},
          {"post_processor", post_processor_json(parts, around)},
          {"decoder", decoder_json(parts.decoders)},
          {"model", model_json(parts)}};
}

}  // namespace counterpoint::text
