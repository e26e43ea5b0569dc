#include "counterpoint/generate/prefix_cache.h"

#include <algorithm>

#include "counterpoint/core/error.h"
#include "counterpoint/nn/decoder.h"

namespace counterpoint::generate {
namespace {

using text::TokenId;
constexpr std::int64_t kBlock = nn::kBlockPositions;

std::int64_t common_length(std::span<const TokenId> a, std::span<const TokenId> b) {
  const size_t most = std::min(a.size(), b.size());
  size_t same = 0;
  while (same < most && a[same] == b[same]) ++same;
  return static_cast<std::int64_t>(same);
}

}  // namespace

PrefixCache::PrefixCache(const Options& options, std::function<void(std::int64_t)> reserve)
    : options_(options), reserve_(std::move(reserve)) {}

PrefixCache::Match PrefixCache::match(std::span<const TokenId> tokens, std::int64_t limit) {
  Match match;
  if (!options_.reuse) return match;
  std::int64_t soon = 0;  // tokens that could be taken over after the next step
  std::int32_t here = kRoot;
  for (bool deeper = true; deeper;) {
    deeper = false;
    const std::span<const TokenId> rest =
        tokens.subspan(static_cast<size_t>(match.tokens), static_cast<size_t>(limit - match.tokens));
    for (const std::int32_t child : children(here)) {
      const std::int64_t common = common_length(at(child).tokens, rest), ready = std::min(common, at(child).computed);
      soon = std::max(soon, match.tokens + common);
      if (ready == kBlock) {
        match.blocks.push_back(child);
        match.tokens += kBlock;
        match.copy_from = -1;
        match.copy_tokens = 0;
        here = child;
        deeper = true;
        break;
      }
      if (ready > match.copy_tokens) {
        match.copy_tokens = ready;
        match.copy_from = child;
      }
    }
  }
  if (soon > match.tokens + match.copy_tokens) return Match{.wait = true};
  for (const std::int32_t id : match.blocks) use(id);
  return match;
}

void PrefixCache::use(std::int32_t id) {
  Block& block = at(id);
  evictable_.erase({block.last_used, id});
  if (block.users++ == 0) ++in_use_;
}

void PrefixCache::append(std::vector<std::int32_t>& table, TokenId token) {
  if (table.empty() || static_cast<std::int64_t>(at(table.back()).tokens.size()) == kBlock)
    table.push_back(allocate(table.empty() ? kRoot : table.back()));
  at(table.back()).tokens.push_back(token);
}

void PrefixCache::append_copied(std::vector<std::int32_t>& table, std::int32_t from, std::int64_t count) {
  const std::vector<TokenId> copied(at(from).tokens.begin(), at(from).tokens.begin() + count);
  table.push_back(allocate(table.empty() ? kRoot : table.back()));
  at(table.back()).tokens = copied;
  at(table.back()).computed = count;
}

void PrefixCache::computed(std::span<const std::int32_t> table) {
  // From the end: blocks before one that was complete already are complete too.
  for (auto id = table.rbegin(); id != table.rend(); ++id) {
    Block& block = at(*id);
    const auto size = static_cast<std::int64_t>(block.tokens.size());
    if (block.computed == kBlock) return;
    block.computed = size;
  }
}

void PrefixCache::release(std::span<const std::int32_t> table) {
  ++clock_;
  for (auto id = table.rbegin(); id != table.rend(); ++id) {
    Block& block = at(*id);
    COUNTERPOINT_ASSERT(block.users > 0);
    if (--block.users > 0) continue;
    --in_use_;
    block.last_used = clock_;
    if (!options_.reuse) {
      remove(*id);
    } else {
      note_if_evictable(*id);
    }
  }
}

void PrefixCache::note_if_evictable(std::int32_t id) {
  if (at(id).users == 0 && at(id).children.empty()) evictable_.insert({at(id).last_used, id});
}

void PrefixCache::remove(std::int32_t id) {
  const std::int32_t parent = at(id).parent;
  std::erase(children(parent), id);
  at(id) = Block{};
  free_.push_back(id);
  if (parent != kRoot && options_.reuse) note_if_evictable(parent);
}

bool PrefixCache::evict_one() {
  if (evictable_.empty()) return false;
  const std::int32_t id = evictable_.begin()->second;
  evictable_.erase(evictable_.begin());
  remove(id);
  return true;
}

std::int32_t PrefixCache::allocate(std::int32_t parent) {
  if (free_.empty() && static_cast<std::int64_t>(blocks_.size()) >= options_.blocks) evict_one();
  if (free_.empty()) {
    free_.push_back(static_cast<std::int32_t>(blocks_.size()));
    blocks_.emplace_back();
    reserve_(static_cast<std::int64_t>(blocks_.size()));
  }
  const std::int32_t id = free_.back();
  free_.pop_back();
  at(id).parent = parent;
  at(id).users = 1;
  ++in_use_;
  if (parent != kRoot) evictable_.erase({at(parent).last_used, parent});
  children(parent).push_back(id);
  return id;
}

}  // namespace counterpoint::generate
