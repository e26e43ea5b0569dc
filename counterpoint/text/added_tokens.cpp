#include "counterpoint/text/added_tokens.h"

#include <algorithm>

#include "counterpoint/core/strings.h"
#include "counterpoint/text/unicode.h"

namespace counterpoint::text {
namespace {

/// Where the character that ends before `end` begins.
size_t previous_character(std::string_view text, size_t end) {
  size_t begin = end - 1;
  while (begin > 0 && (static_cast<unsigned char>(text[begin]) & 0xC0) == 0x80) --begin;
  return begin;
}

bool word_ends_at(std::string_view text, size_t end) {
  if (end == 0) return false;
  size_t begin = previous_character(text, end);
  return is_word(next_utf8(text, begin));
}

bool word_begins_at(std::string_view text, size_t begin) {
  return begin < text.size() && is_word(next_utf8(text, begin));
}

size_t without_space_before(std::string_view text, size_t begin, size_t limit) {
  while (begin > limit) {
    const size_t previous = previous_character(text, begin);
    size_t at = previous;
    if (!is_space(next_utf8(text, at))) break;
    begin = std::max(previous, limit);
  }
  return begin;
}

size_t without_space_behind(std::string_view text, size_t end) {
  while (end < text.size()) {
    size_t next = end;
    if (!is_space(next_utf8(text, next))) break;
    end = next;
  }
  return end;
}

}  // namespace

AddedTokenFinder::AddedTokenFinder(std::vector<AddedToken> tokens) : tokens_(std::move(tokens)), nodes_(1) {
  for (size_t i = 0; i < tokens_.size(); ++i)
    if (!tokens_[i].content.empty()) insert(tokens_[i], static_cast<int>(i));
}

void AddedTokenFinder::insert(const AddedToken& token, int index) {
  int node = 0;
  for (const char byte : token.content) {
    int next = child(node, byte);
    if (next < 0) {
      next = static_cast<int>(nodes_.size());
      nodes_[node].next.emplace_back(static_cast<unsigned char>(byte), next);
      nodes_.emplace_back();
    }
    node = next;
  }
  nodes_[node].token = index;
}

int AddedTokenFinder::child(int node, char byte) const {
  for (const auto& [label, next] : nodes_[node].next)
    if (label == static_cast<unsigned char>(byte)) return next;
  return -1;
}

const AddedToken* AddedTokenFinder::longest_at(std::string_view text, size_t at, size_t& length) const {
  const AddedToken* longest = nullptr;
  int node = 0;
  for (size_t i = at; i < text.size() && (node = child(node, text[i])) >= 0; ++i) {
    if (nodes_[node].token < 0) continue;
    longest = &tokens_[nodes_[node].token];
    length = i + 1 - at;
  }
  return longest;
}

std::vector<Stretch> AddedTokenFinder::split(std::string_view text, bool parse_special) const {
  std::vector<Stretch> stretches;
  size_t done = 0;
  for (size_t at = 0, length = 0; at < text.size();) {
    const AddedToken* token = longest_at(text, at, length);
    if (!token) {
      ++at;
      continue;
    }
    size_t begin = at, end = at + length;
    at = end;
    if (token->special && !parse_special) continue;
    if (token->single_word && (word_ends_at(text, begin) || word_begins_at(text, end))) continue;
    if (token->lstrip) begin = without_space_before(text, begin, done);
    if (token->rstrip) at = end = without_space_behind(text, end);
    if (begin > done) stretches.push_back({text.substr(done, begin - done), std::nullopt});
    stretches.push_back({text.substr(begin, end - begin), token->id});
    done = end;
  }
  if (done < text.size()) stretches.push_back({text.substr(done), std::nullopt});
  return stretches;
}

}  // namespace counterpoint::text
