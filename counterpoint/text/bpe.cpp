#include "counterpoint/text/bpe.h"

#include <queue>

#include "counterpoint/core/error.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/text/merges.h"
#include "counterpoint/text/unicode.h"

namespace counterpoint::text {
namespace {

constexpr size_t longest_cached_word = 64;  // bytes
constexpr size_t most_cached_words = 1 << 16;

struct Candidate {
  std::int32_t rank;
  int left;  // index of the left symbol
  TokenId result;
  bool operator>(const Candidate& other) const { return rank != other.rank ? rank > other.rank : left > other.left; }
};

using Candidates = std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>>;

std::string in_stand_ins(std::string_view word) {
  std::string out;
  out.reserve(2 * word.size());
  for (const char c : word) out += byte_stand_in(static_cast<unsigned char>(c));
  return out;
}

}  // namespace

Bpe::Bpe(const TokenizerParts& parts)
    : kind_(parts.kind),
      spellings_(parts.tokens),
      merges_(merge_table(parts, spellings_)),
      ignore_merges_(parts.ignore_merges),
      fuse_unknown_(parts.fuse_unknown),
      end_of_word_suffix_(parts.end_of_word_suffix) {
  if (parts.unknown_token.empty()) return;
  unknown_ = spellings_.find(parts.unknown_token);
  if (!unknown_) fail("the unknown token '{}' is not in the vocabulary", parts.unknown_token);
}

void Bpe::encode(std::string_view word, std::vector<TokenId>& out) const {
  if (word.size() > longest_cached_word) return encode_uncached(word, out);
  const std::string key(word);
  {
    const std::lock_guard lock(cache_mutex_);
    const auto known = cache_.find(key);
    if (known != cache_.end()) {
      out.insert(out.end(), known->second.begin(), known->second.end());
      return;
    }
  }
  std::vector<TokenId> ids;
  encode_uncached(word, ids);
  out.insert(out.end(), ids.begin(), ids.end());
  const std::lock_guard lock(cache_mutex_);
  if (cache_.size() < most_cached_words) cache_.emplace(key, std::move(ids));
}

void Bpe::encode_uncached(std::string_view word, std::vector<TokenId>& out) const {
  const std::string stand_ins = kind_ == TokenizerParts::Kind::byte_level ? in_stand_ins(word) : std::string();
  if (kind_ == TokenizerParts::Kind::byte_level) word = stand_ins;
  if (ignore_merges_) {
    if (const auto whole = spellings_.find(word)) return out.push_back(*whole);
  }
  std::vector<Symbol> symbols;
  for (const TokenId id : spelled(word)) {
    const int index = static_cast<int>(symbols.size());
    symbols.push_back({id, index - 1, index + 1});
  }
  if (symbols.empty()) return;
  symbols.back().next = -1;
  merge(symbols);
  for (int at = 0; at >= 0; at = symbols[at].next) out.push_back(symbols[at].id);
}

std::vector<TokenId> Bpe::spelled(std::string_view word) const {
  std::vector<TokenId> ids;
  bool holds_unknown = false;  // as in the reference: until a character of the vocabulary or the end
  const auto release = [&] {
    if (holds_unknown) ids.push_back(*unknown_);
    holds_unknown = false;
  };
  for (size_t at = 0; at < word.size();) {
    const size_t begin = at;
    next_utf8(word, at);
    const std::string_view character = word.substr(begin, at - begin);
    if (const auto id = id_of_character(character, at == word.size())) {
      release();
      ids.push_back(*id);
    } else if (!spell_in_bytes(character, ids) && unknown_) {
      if (!fuse_unknown_) release();
      holds_unknown = true;
    }
  }
  release();
  return ids;
}

std::optional<TokenId> Bpe::id_of_character(std::string_view character, bool ends_word) const {
  if (!ends_word || end_of_word_suffix_.empty()) return spellings_.find(character);
  return spellings_.find(std::string(character) + end_of_word_suffix_);
}

bool Bpe::spell_in_bytes(std::string_view character, std::vector<TokenId>& out) const {
  if (kind_ != TokenizerParts::Kind::byte_fallback) return false;
  const size_t before = out.size();
  for (const char c : character) {
    const auto id = spellings_.find(byte_spelling(static_cast<unsigned char>(c)));
    if (!id) return out.resize(before), false;
    out.push_back(*id);
  }
  return true;
}

void Bpe::merge(std::vector<Symbol>& symbols) const {
  constexpr TokenId gone = -1;
  Candidates candidates;
  const auto consider = [&](int left) {
    if (left < 0 || symbols[left].next < 0) return;
    const Merge* found = merges_.find(symbols[left].id, symbols[symbols[left].next].id);
    if (found) candidates.push({found->rank, left, found->result});
  };
  for (int i = 0; i + 1 < static_cast<int>(symbols.size()); ++i) consider(i);
  while (!candidates.empty()) {
    const Candidate best = candidates.top();
    candidates.pop();
    Symbol& left = symbols[best.left];
    if (left.id == gone || left.next < 0) continue;
    Symbol& right = symbols[left.next];
    const Merge* still = merges_.find(left.id, right.id);
    if (!still || still->result != best.result) continue;  // a neighbour changed since
    left.id = best.result;
    right.id = gone;
    left.next = right.next;
    if (left.next >= 0) symbols[left.next].previous = best.left;
    consider(left.previous);
    consider(best.left);
  }
}

}  // namespace counterpoint::text
