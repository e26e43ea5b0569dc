// From all mined pairs to data sets: the rule, no duplicates, a split by question, as many of one kind as of the other.
//
// Nothing here depends on the order of the pairs: the same set of pairs gives the same data sets.
#pragma once
#include <array>
#include <compare>
#include <iterator>
#include <map>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "counterpoint/persuasion/pairs.h"
#include "counterpoint/persuasion/question_groups.h"

namespace counterpoint::persuasion {

enum class PairRule {
  labels,  ///< right before or wrong before, right now and wrong now: PairKind
  score,   ///< besides, the chosen node's tree score is the higher (the paper's wording)
};

enum class Split { train, valid, test };
constexpr std::array<Split, 3> splits{Split::train, Split::valid, Split::test};

const char* name_of(PairRule rule);
const char* name_of(Split split);

/// Of what a model would learn from the pair. Orders pairs where the order of files must not count.
std::uint64_t pair_hash(const text::Messages& prompt, std::string_view chosen, std::string_view rejected);

/// 70 % train, 15 % valid, 15 % test, by a hash of the id alone: the same in every run and on every machine.
Split split_of(std::string_view question_id);

struct SelectionSettings {
  PairRule rule = PairRule::labels;
  /// In each split the kind of which there is more is trimmed to the count of the other. A question gives its second
  /// pair only after all questions gave their first, so trimming spreads over questions; among equals a hash of the
  /// pair's text decides, never the order of files.
  bool balance = true;
};

/// What pairs are counted by.
struct PairClass {
  Split split;
  PairKind kind;
  int turn;
  std::string agent;
  auto operator<=>(const PairClass&) const = default;
};
/// Pairs of a class, before and after balancing.
struct PairCount {
  std::int64_t before = 0, after = 0;
  PairCount& operator+=(const PairCount& other);
};

struct Selection {
  std::array<std::vector<const Pair*>, 3> rows;  ///< by Split, in the order of the pairs' hashes
  std::map<PairClass, PairCount> counts;
  std::int64_t lower_score = 0;  ///< turned away by PairRule::score
  std::int64_t duplicates = 0;   ///< the same prompt, chosen and rejected once more

  /// Of all splits, one after the other.
  std::vector<const Pair*> all() const;
  PairCount count(PairKind kind) const;
  PairCount count(PairKind kind, int turn) const;
};

/// Orders pairs so that a question gives its second only after all questions gave their first; among equals the order
/// stays. A beginning of the result is spread over as many questions as there can be. `question_of(item)`: its id, a
/// text that outlives the call.
template <class Item, class QuestionOf>
void spread_over_questions(std::vector<Item>& items, const QuestionOf& question_of) {
  std::unordered_map<std::string_view, size_t> seen;
  std::vector<std::vector<Item>> rounds;
  for (Item& item : items) {
    const size_t round = seen[question_of(item)]++;
    if (round == rounds.size()) rounds.emplace_back();
    rounds[round].push_back(std::move(item));
  }
  items.clear();
  for (std::vector<Item>& round : rounds) std::move(round.begin(), round.end(), std::back_inserter(items));
}

/// The result points into `pairs`.
Selection select_pairs(std::span<const Pair> pairs, const QuestionGroups& groups, const SelectionSettings& settings);

}  // namespace counterpoint::persuasion
