// Added tokens ("<|im_end|>"): cut out of the text before it is normalised or split.
#pragma once
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "counterpoint/text/tokenizer_parts.h"

namespace counterpoint::text {

/// A stretch of text: an added token (`id`) or what lies between two.
struct Stretch {
  std::string_view text;
  std::optional<TokenId> id;
};

/// Finds the tokens of one set; at each place the longest wins, from left to right.
class AddedTokenFinder {
 public:
  explicit AddedTokenFinder(std::vector<AddedToken> tokens);
  /// `text` in stretches that are never empty. Without `parse_special` special tokens are ordinary text.
  std::vector<Stretch> split(std::string_view text, bool parse_special) const;

 private:
  struct Node {
    std::vector<std::pair<unsigned char, int>> next;
    int token = -1;
  };
  void insert(const AddedToken& token, int index);
  int child(int node, char byte) const;
  const AddedToken* longest_at(std::string_view text, size_t at, size_t& length) const;

  std::vector<AddedToken> tokens_;
  std::vector<Node> nodes_;  // a trie over bytes; nodes_[0] is its root
};

}  // namespace counterpoint::text
