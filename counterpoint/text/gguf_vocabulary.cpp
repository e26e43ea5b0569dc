#include "counterpoint/text/gguf_vocabulary.h"

#include <algorithm>
#include <array>

#include "counterpoint/core/error.h"
#include "counterpoint/text/pre_tokens.h"
#include "counterpoint/text/tokenizer_json.h"

namespace counterpoint::text {
namespace {

/// What a value of tokenizer.ggml.pre stands for. The names are those that llama.cpp's converter writes.
struct GgufPre {
  std::string_view name;
  bool digits_one_by_one;
  std::string_view pattern;
  bool nfc, ignore_merges;  // the file has no keys for these two: they belong to the model family
};

constexpr std::array known_pre{GgufPre{"gpt-2", false, patterns::gpt2, false, false},
                               GgufPre{"phi-2", false, patterns::gpt2, false, false},
                               GgufPre{"roberta-bpe", false, patterns::gpt2, false, false},
                               GgufPre{"llama-bpe", false, patterns::llama3, false, true},
                               GgufPre{"llama3", false, patterns::llama3, false, true},
                               GgufPre{"llama-v3", false, patterns::llama3, false, true},
                               GgufPre{"qwen2", false, patterns::qwen2, true, false},
                               GgufPre{"deepseek-r1-qwen", false, patterns::qwen2, true, false},
                               GgufPre{"smollm", true, patterns::gpt2, false, false},
                               GgufPre{"starcoder", true, patterns::gpt2, false, false},
                               GgufPre{"refact", true, patterns::gpt2, false, false}};

const GgufPre& pre_named(std::string_view name) {
  const auto found = std::find_if(known_pre.begin(), known_pre.end(), [&](const GgufPre& p) { return p.name == name; });
  if (found != known_pre.end()) return *found;
  std::vector<std::string> names;
  for (const GgufPre& pre : known_pre) names.emplace_back(pre.name);
  if (name.empty() || name == "default")
    fail(
        "tokenizer.ggml.pre is {}: the file does not say how its tokenizer splits words; convert the model again "
        "with a newer converter{}",
        name.empty() ? "missing" : "'default'", suggestion("", names));
  fail("tokenizer.ggml.pre: the pre-splitter '{}' is not known{}", name, suggestion(name, names));
}

/// Control tokens are special, user-defined ones are not; both are cut out of the text.
void append_added(const GgufVocabulary& vocabulary, TokenizerParts& parts) {
  constexpr std::int32_t unknown = 2, control = 3, user_defined = 4;
  for (size_t id = 0; id < vocabulary.token_types.size(); ++id) {
    const std::int32_t type = vocabulary.token_types[id];
    if (type != unknown && type != control && type != user_defined) continue;
    AddedToken token;
    token.content = vocabulary.tokens[id];
    token.id = static_cast<TokenId>(id);
    token.special = type != user_defined;
    parts.added.push_back(std::move(token));
    if (type == unknown) parts.unknown_token = vocabulary.tokens[id];
  }
}

void fill_byte_level(const GgufVocabulary& vocabulary, TokenizerParts& parts) {
  const GgufPre& pre = pre_named(vocabulary.pre);
  parts.kind = TokenizerParts::Kind::byte_level;
  parts.splitters = splitters_for_gguf(vocabulary.pre);
  parts.ignore_merges = pre.ignore_merges;
  if (pre.nfc) parts.normalizers.push_back({Normalizer::Kind::nfc, "", ""});
  parts.decoders.push_back({TextDecoder::Kind::byte_level, "", "", 0, 0});
  parts.merges.reserve(vocabulary.merges.size());
  for (const std::string& line : vocabulary.merges)
    parts.merges.push_back(merge_of(line, parts.merges.size(), "tokenizer.ggml.merges"));
}

/// The order of SentencePiece: a space before the text and before what follows an added token, then U+2581 for spaces.
void fill_sentencepiece(const GgufVocabulary& vocabulary, TokenizerParts& parts) {
  const std::string lower_block = "\xE2\x96\x81";
  if (vocabulary.scores.size() != vocabulary.tokens.size())
    fail("tokenizer.ggml.scores has {} entries and tokenizer.ggml.tokens {}", vocabulary.scores.size(),
         vocabulary.tokens.size());
  parts.kind = TokenizerParts::Kind::byte_fallback;
  parts.scores = vocabulary.scores;
  parts.fuse_unknown = true;
  if (vocabulary.add_space_prefix) parts.normalizers.push_back({Normalizer::Kind::prepend, "", lower_block});
  parts.normalizers.push_back({Normalizer::Kind::replace, " ", lower_block});
  parts.decoders = {{TextDecoder::Kind::replace, lower_block, " ", 0, 0},
                    {TextDecoder::Kind::byte_fallback, "", "", 0, 0},
                    {TextDecoder::Kind::fuse, "", "", 0, 0}};
  if (vocabulary.add_space_prefix) parts.decoders.push_back({TextDecoder::Kind::strip, " ", "", 1, 0});
}

}  // namespace

std::vector<PreSplitter> splitters_for_gguf(std::string_view name) {
  const GgufPre& pre = pre_named(name);
  std::vector<PreSplitter> splitters;
  if (pre.digits_one_by_one) splitters.push_back({PreSplitter::Kind::isolated, std::string(patterns::one_number)});
  splitters.push_back({PreSplitter::Kind::isolated, std::string(pre.pattern)});
  return splitters;
}

TokenizerParts parts_from_gguf(const GgufVocabulary& vocabulary) {
  if (vocabulary.tokens.empty()) fail("tokenizer.ggml.tokens is empty");
  if (!vocabulary.token_types.empty() && vocabulary.token_types.size() != vocabulary.tokens.size())
    fail("tokenizer.ggml.token_type has {} entries and tokenizer.ggml.tokens {}", vocabulary.token_types.size(),
         vocabulary.tokens.size());
  TokenizerParts parts;
  parts.tokens = vocabulary.tokens;
  append_added(vocabulary, parts);
  if (vocabulary.model == "gpt2") {
    fill_byte_level(vocabulary, parts);
  } else if (vocabulary.model == "llama") {
    fill_sentencepiece(vocabulary, parts);
  } else {
    const std::vector<std::string> known{"gpt2", "llama"};
    fail("tokenizer.ggml.model: the kind '{}' is not known{}", vocabulary.model, suggestion(vocabulary.model, known));
  }
  return parts;
}

}  // namespace counterpoint::text
