// From all mined pairs to data sets: the rule, no duplicates, a split by question, as many of one kind as of the other.
//
// Nothing here depends on the order of the pairs: the same set of pairs gives the same data sets.
#pragma once
#include <array>
#include <compare>
#include <map>
#include <span>

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

  PairCount count(PairKind kind) const;
  PairCount count(PairKind kind, int turn) const;
};

/// The result points into `pairs`.
Selection select_pairs(std::span<const Pair> pairs, const QuestionGroups& groups, const SelectionSettings& settings);

}  // namespace counterpoint::persuasion
