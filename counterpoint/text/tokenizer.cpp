#include "counterpoint/text/tokenizer.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "counterpoint/core/error.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/text/added_tokens.h"
#include "counterpoint/text/bpe.h"
#include "counterpoint/text/decoder.h"
#include "counterpoint/text/normalizer.h"
#include "counterpoint/text/pre_splitter.h"
#include "counterpoint/text/unicode.h"

namespace counterpoint::text {
namespace {

/// Added tokens of one pass; those that are looked for in normalised text are normalised themselves.
std::vector<AddedToken> tokens_of_pass(const std::vector<AddedToken>& all, bool normalized,
                                       const NormalizerChain& normalizer) {
  std::vector<AddedToken> chosen;
  for (AddedToken token : all) {
    if (token.normalized != normalized) continue;
    if (normalized) token.content = normalizer(token.content);
    chosen.push_back(std::move(token));
  }
  return chosen;
}

class PartsTokenizer final : public Tokenizer {
 public:
  explicit PartsTokenizer(TokenizerParts parts)
      : parts_(std::move(parts)),
        bpe_(parts_),
        normalizer_(parts_.normalizers),
        splitter_(parts_.splitters, parts_.metaspace),
        raw_pass_(tokens_of_pass(parts_.added, false, normalizer_)),
        normalized_pass_(tokens_of_pass(parts_.added, true, normalizer_)) {
    for (const AddedToken& token : parts_.added) add(token);
  }

  std::vector<TokenId> encode(std::string_view text, EncodeOptions options) const override {
    if (!is_valid_utf8(text)) {
      const std::string repaired = valid_utf8(text);
      return encode(repaired, options);
    }
    std::vector<TokenId> ids;
    for (const Stretch& raw : raw_pass_.split(text, options.parse_special)) {
      if (raw.id)
        ids.push_back(*raw.id);
      else
        encode_stretch(raw.text, place_of(raw.text, text, options), options, ids);
    }
    return ids;
  }

  std::string decode(std::span<const TokenId> ids, bool skip_special) const override {
    std::vector<std::string> tokens;
    for (const TokenId id : ids) {
      if (skip_special && special_ids_.contains(id)) continue;
      const auto normalised = normalised_spellings_.find(id);
      const std::string& spelling = normalised != normalised_spellings_.end() ? normalised->second : spelling_of(id);
      if (!spelling.empty()) tokens.push_back(spelling);
    }
    return decode_tokens(std::move(tokens), parts_.decoders);
  }

  std::optional<TokenId> id_of(std::string_view token) const override {
    const auto added = added_ids_.find(std::string(token));
    return added != added_ids_.end() ? std::optional(added->second) : bpe_.spellings().find(token);
  }

  std::int64_t vocab_size() const override {
    auto size = static_cast<std::int64_t>(parts_.tokens.size());
    for (const AddedToken& token : parts_.added) size = std::max<std::int64_t>(size, token.id + 1);
    return size;
  }

  std::uint64_t fingerprint() const override {
    std::string all = fmt::format("{};", static_cast<int>(parts_.kind));
    const auto append = [&](std::string_view text) { all.append(text).push_back('\0'); };
    for (std::int64_t id = 0, size = vocab_size(); id < size; ++id) append(spelling_of(static_cast<TokenId>(id)));
    for (const auto& [left, right] : parts_.merges) {
      append(left);
      append(right);
    }
    return stable_hash(all);
  }

 private:
  void add(const AddedToken& token) {
    const auto place = static_cast<size_t>(token.id);
    if (place < parts_.tokens.size() && !parts_.tokens[place].empty() && parts_.tokens[place] != token.content)
      fail("the added token '{}' has the id {}, which the vocabulary gives to '{}'", token.content, token.id,
           parts_.tokens[place]);
    if (!added_ids_.emplace(token.content, token.id).second) fail("the added token '{}' is there twice", token.content);
    added_spellings_.emplace(token.id, token.content);
    if (token.normalized) normalised_spellings_.emplace(token.id, normalizer_(token.content));
    if (token.special) special_ids_.insert(token.id);
  }

  const std::string& spelling_of(TokenId id) const {
    static const std::string nothing;
    const auto added = added_spellings_.find(id);
    if (added != added_spellings_.end()) return added->second;
    const bool known = id >= 0 && static_cast<size_t>(id) < parts_.tokens.size();
    return known ? parts_.tokens[static_cast<size_t>(id)] : nothing;
  }

  static TextPlace place_of(std::string_view part, std::string_view whole, EncodeOptions options) {
    if (part.data() != whole.data()) return TextPlace::behind_token;
    return options.continues ? TextPlace::behind_text : TextPlace::start;
  }

  void encode_stretch(std::string_view raw, TextPlace place, EncodeOptions options, std::vector<TokenId>& ids) const {
    const std::string normalised = normalizer_(raw, place != TextPlace::behind_text);
    const std::string_view whole = normalised;
    for (const Stretch& stretch : normalized_pass_.split(whole, options.parse_special)) {
      if (stretch.id) {
        ids.push_back(*stretch.id);
        continue;
      }
      const Words words =
          splitter_(stretch.text, stretch.text.data() == whole.data() ? place : TextPlace::behind_token);
      for (const std::string_view word : words.views) bpe_.encode(word, ids);
    }
  }

  TokenizerParts parts_;
  Bpe bpe_;
  NormalizerChain normalizer_;
  PreSplitterChain splitter_;
  AddedTokenFinder raw_pass_, normalized_pass_;
  std::unordered_map<std::string, TokenId> added_ids_;
  std::unordered_map<TokenId, std::string> added_spellings_;
  std::unordered_map<TokenId, std::string> normalised_spellings_;  // as such tokens are decoded
  std::unordered_set<TokenId> special_ids_;
};

}  // namespace

std::unique_ptr<Tokenizer> make_tokenizer(TokenizerParts parts) {
  for (const AddedToken& token : parts.added)
    if (token.id < 0 || token.id >= most_tokens)
      fail("the added token '{}' has the id {}, expected 0 to {}", token.content, token.id, most_tokens - 1);
  return std::make_unique<PartsTokenizer>(std::move(parts));
}

}  // namespace counterpoint::text
