// Which tokens' keys and values lie in which block of the KV cache, and who uses them.
//
// Blocks form a tree: a block's parent holds the 16 tokens before it. A new sequence walks down from the root as far as
// its tokens agree and shares those blocks; where it parts from a block in the middle, it copies the beginning. So a
// child of a dialogue takes over its parent's computed prefix, and a header that many prompts share is computed once.
// Blocks that nobody uses stay until their place is needed, the longest unused leaf first.
#pragma once
#include <cstdint>
#include <functional>
#include <set>
#include <span>
#include <vector>

#include "counterpoint/text/tokenizer.h"

namespace counterpoint::generate {

class PrefixCache {
 public:
  struct Options {
    std::int64_t blocks = 1536;  ///< kept at most while some are unused; running sequences may need more
    bool reuse = true;           ///< false: every sequence computes all its tokens
  };
  /// `reserve(count)`: blocks below `count` are about to be used.
  PrefixCache(const Options& options, std::function<void(std::int64_t)> reserve);

  /// What a new sequence can take over.
  struct Match {
    std::vector<std::int32_t> blocks;  ///< whole blocks, now also used by the caller
    std::int64_t tokens = 0;           ///< tokens in them
    std::int32_t copy_from = -1;       ///< a block whose first `copy_tokens` tokens go on from there
    std::int64_t copy_tokens = 0;
    bool wait = false;  ///< another sequence is just computing more of it: ask again after the next step; takes nothing
  };
  /// Matches at most `limit` of the tokens.
  Match match(std::span<const text::TokenId> tokens, std::int64_t limit);

  /// Appends a token to the sequence whose blocks are `table`, with a new block where the last one is full.
  void append(std::vector<std::int32_t>& table, text::TokenId token);
  /// A block of its own for the `count` tokens that the caller copies from block `from`.
  void append_copied(std::vector<std::int32_t>& table, std::int32_t from, std::int64_t count);
  /// All tokens of these blocks have been computed.
  void computed(std::span<const std::int32_t> table);
  /// The sequence does not need its blocks any more.
  void release(std::span<const std::int32_t> table);

  std::int64_t blocks_in_use() const { return in_use_; }
  std::int64_t blocks_held() const { return static_cast<std::int64_t>(blocks_.size() - free_.size()); }
  std::int64_t limit() const { return options_.blocks; }

 private:
  static constexpr std::int32_t kRoot = -1;
  struct Block {
    std::int32_t parent = kRoot;
    std::vector<text::TokenId> tokens;
    std::int64_t computed = 0;
    std::int32_t users = 0;
    std::uint64_t last_used = 0;
    std::vector<std::int32_t> children;
  };
  Block& at(std::int32_t id) { return blocks_[static_cast<size_t>(id)]; }
  std::vector<std::int32_t>& children(std::int32_t id) { return id == kRoot ? roots_ : at(id).children; }
  std::int32_t allocate(std::int32_t parent);
  bool evict_one();
  void remove(std::int32_t id);
  void use(std::int32_t id);
  void note_if_evictable(std::int32_t id);

  Options options_;
  std::function<void(std::int64_t)> reserve_;
  std::vector<Block> blocks_;
  std::vector<std::int32_t> roots_, free_;
  std::set<std::pair<std::uint64_t, std::int32_t>> evictable_;  ///< unused leaves, the longest unused first
  std::uint64_t clock_ = 0;
  std::int64_t in_use_ = 0;
};

}  // namespace counterpoint::generate
