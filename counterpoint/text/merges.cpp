#include "counterpoint/text/merges.h"

#include <algorithm>
#include <numeric>
#include <unordered_set>

#include "counterpoint/core/error.h"

namespace counterpoint::text {
namespace {

MergeTable from_list(const TokenizerParts& parts, const SpellingTable& spellings) {
  MergeTable table(parts.merges.size());
  std::string joined;
  for (size_t rank = 0; rank < parts.merges.size(); ++rank) {
    const auto& [left, right] = parts.merges[rank];
    joined.assign(left).append(right);
    const auto left_id = spellings.find(left), right_id = spellings.find(right), result = spellings.find(joined);
    if (!left_id || !right_id || !result)
      fail("merge {} ('{}' and '{}'): '{}' is not in the vocabulary", rank, left, right,
           !left_id    ? left
           : !right_id ? right
                       : joined);
    table.insert(*left_id, *right_id, {static_cast<std::int32_t>(rank), *result});
  }
  return table;
}

struct RankedPair {
  TokenId left, right;
  Merge merge;
};

/// SentencePiece merges any neighbours whose join is a token. So each way to cut a token in two tokens is a merge, and
/// equal scores have equal ranks.
std::vector<RankedPair> cuts(const TokenizerParts& parts, const SpellingTable& spellings) {
  std::vector<RankedPair> pairs;
  std::int32_t rank = -1;
  float score = 0;
  for (const TokenId id : mergeable_by_score(parts)) {
    if (rank < 0 || parts.scores[id] != score) ++rank;
    score = parts.scores[id];
    const std::string_view token = parts.tokens[id];
    for (size_t cut = 1; cut < token.size(); ++cut) {
      const auto left = spellings.find(token.substr(0, cut)), right = spellings.find(token.substr(cut));
      if (left && right) pairs.push_back({*left, *right, {rank, id}});
    }
  }
  return pairs;
}

}  // namespace

std::vector<TokenId> mergeable_by_score(const TokenizerParts& parts) {
  std::unordered_set<std::string> excluded;
  for (const AddedToken& token : parts.added) excluded.insert(token.content);
  for (unsigned byte = 0; byte < 256; ++byte) excluded.insert(byte_spelling(static_cast<unsigned char>(byte)));
  std::vector<TokenId> ids;
  for (size_t id = 0; id < parts.tokens.size(); ++id)
    if (!excluded.contains(parts.tokens[id])) ids.push_back(static_cast<TokenId>(id));
  std::stable_sort(ids.begin(), ids.end(), [&](TokenId a, TokenId b) { return parts.scores[a] > parts.scores[b]; });
  return ids;
}

MergeTable merge_table(const TokenizerParts& parts, const SpellingTable& spellings) {
  if (!parts.merges.empty() || parts.scores.empty()) return from_list(parts, spellings);
  if (parts.scores.size() != parts.tokens.size())
    fail("the vocabulary has {} tokens and {} scores", parts.tokens.size(), parts.scores.size());
  const std::vector<RankedPair> pairs = cuts(parts, spellings);
  MergeTable table(pairs.size());
  for (const RankedPair& pair : pairs) table.insert(pair.left, pair.right, pair.merge);
  return table;
}

std::string byte_spelling(unsigned char byte) { return fmt::format("<0x{:02X}>", byte); }

}  // namespace counterpoint::text
