// Two flat hash tables that BPE looks into for each symbol: spelling -> id, and pair of ids -> merge.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "counterpoint/text/tokenizer_parts.h"

namespace counterpoint::text {

/// The smallest power of two that leaves at least half of the places free.
inline size_t table_size(size_t entries) {
  size_t size = 16;
  while (size < 2 * entries) size *= 2;
  return size;
}

/// Spellings of a vocabulary that lies elsewhere and stays there.
class SpellingTable {
 public:
  /// Gaps ("") are left out; of two equal spellings the first counts.
  explicit SpellingTable(const std::vector<std::string>& tokens)
      : tokens_(&tokens), places_(table_size(tokens.size()), -1) {
    for (size_t id = 0; id < tokens.size(); ++id) {
      if (tokens[id].empty()) continue;
      TokenId& place = places_[place_of(tokens[id])];
      if (place < 0) place = static_cast<TokenId>(id);
    }
  }

  std::optional<TokenId> find(std::string_view spelling) const {
    const TokenId id = places_[place_of(spelling)];
    return id < 0 ? std::nullopt : std::optional(id);
  }

 private:
  size_t place_of(std::string_view spelling) const {
    const size_t mask = places_.size() - 1;
    size_t place = std::hash<std::string_view>{}(spelling)&mask;
    while (places_[place] >= 0 && (*tokens_)[places_[place]] != spelling) place = (place + 1) & mask;
    return place;
  }

  const std::vector<std::string>* tokens_;
  std::vector<TokenId> places_;
};

struct Merge {
  std::int32_t rank = 0;  ///< lower ranks merge first
  TokenId result = 0;
};

class MergeTable {
 public:
  explicit MergeTable(size_t expected) : places_(table_size(expected)) {}

  /// A pair that is there already keeps its merge. No more pairs than were expected.
  void insert(TokenId left, TokenId right, Merge merge) {
    Place& place = places_[place_of(key_of(left, right))];
    if (place.key == empty) place = {key_of(left, right), merge};
  }

  const Merge* find(TokenId left, TokenId right) const {
    const Place& place = places_[place_of(key_of(left, right))];
    return place.key == empty ? nullptr : &place.merge;
  }

 private:
  static constexpr std::uint64_t empty = ~std::uint64_t{0};
  struct Place {
    std::uint64_t key = empty;
    Merge merge;
  };

  static std::uint64_t key_of(TokenId left, TokenId right) {
    return static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32 | static_cast<std::uint32_t>(right);
  }
  size_t place_of(std::uint64_t key) const {
    const size_t mask = places_.size() - 1;
    size_t place = (key * 0x9E3779B97F4A7C15ULL >> 32) & mask;
    while (places_[place].key != empty && places_[place].key != key) place = (place + 1) & mask;
    return place;
  }

  std::vector<Place> places_;
};

}  // namespace counterpoint::text
