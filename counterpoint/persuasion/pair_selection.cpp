#include "counterpoint/persuasion/pair_selection.h"

#include <algorithm>
#include <tuple>

#include "counterpoint/core/random.h"

namespace counterpoint::persuasion {
namespace {

struct Candidate {
  std::uint64_t hash;
  const Pair* pair;
  Split split;
  const std::string* question;  ///< its group's representative
};

bool same_row(const Pair& a, const Pair& b) {
  return a.chosen == b.chosen && a.rejected == b.rejected && a.prompt == b.prompt;
}

/// Hash order; what follows the hash only decides which of two equal rows is kept.
bool stands_before(const Candidate& a, const Candidate& b) {
  const auto key = [](const Candidate& c) {
    const Pair& p = *c.pair;
    return std::tie(c.hash, p.question_id, p.agent, p.turn, p.node_chosen, p.node_rejected);
  };
  return key(a) < key(b);
}

std::vector<Candidate> candidates(std::span<const Pair> pairs, const QuestionGroups& groups, PairRule rule,
                                  Selection& selection) {
  std::vector<Candidate> out;
  for (const Pair& pair : pairs) {
    if (rule == PairRule::score && !pair.higher_score) {
      ++selection.lower_score;
      continue;
    }
    const std::string& question = groups.representative(pair.question_id);
    out.push_back({pair_hash(pair.prompt, pair.chosen, pair.rejected), &pair, split_of(question), &question});
  }
  std::sort(out.begin(), out.end(), stands_before);
  const auto end = std::unique(out.begin(), out.end(), [](const Candidate& a, const Candidate& b) {
    return a.hash == b.hash && same_row(*a.pair, *b.pair);
  });
  selection.duplicates = std::distance(end, out.end());
  out.erase(end, out.end());
  return out;
}

/// Keeps `count` of these, all of one kind and split.
void trim_to(std::vector<Candidate>& side, size_t count) {
  spread_over_questions(side, [](const Candidate& candidate) -> const std::string& { return *candidate.question; });
  side.resize(count);
}

void count(const std::vector<Candidate>& side, std::int64_t PairCount::*when, Selection& selection) {
  for (const Candidate& c : side) ++(selection.counts[{c.split, c.pair->kind, c.pair->turn, c.pair->agent}].*when);
}

template <class Wanted>
PairCount sum_of(const std::map<PairClass, PairCount>& counts, const Wanted& wanted) {
  PairCount sum;
  for (const auto& [pair_class, pairs] : counts)
    if (wanted(pair_class)) sum += pairs;
  return sum;
}

}  // namespace

std::uint64_t pair_hash(const text::Messages& prompt, std::string_view chosen, std::string_view rejected) {
  std::uint64_t hash = stream_seed(0, {"pair", chosen, rejected});
  for (const text::Message& message : prompt) hash = stream_seed(hash, {message.role, message.content});
  return hash;
}

const char* name_of(PairRule rule) { return rule == PairRule::labels ? "labels" : "score"; }

const char* name_of(Split split) {
  constexpr const char* names[] = {"train", "valid", "test"};
  return names[static_cast<size_t>(split)];
}

Split split_of(std::string_view question_id) {
  // A mixed hash: FNV-1a alone leaves ids that differ in their last digit close together.
  const double at = RandomStream(stream_seed(0, {"split", question_id})).uniform();
  return at < 0.70 ? Split::train : at < 0.85 ? Split::valid : Split::test;
}

PairCount& PairCount::operator+=(const PairCount& other) {
  before += other.before;
  after += other.after;
  return *this;
}

std::vector<const Pair*> Selection::all() const {
  std::vector<const Pair*> out;
  for (const auto& split : rows) out.insert(out.end(), split.begin(), split.end());
  return out;
}

PairCount Selection::count(PairKind kind) const {
  return sum_of(counts, [&](const PairClass& c) { return c.kind == kind; });
}

PairCount Selection::count(PairKind kind, int turn) const {
  return sum_of(counts, [&](const PairClass& c) { return c.kind == kind && c.turn == turn; });
}

Selection select_pairs(std::span<const Pair> pairs, const QuestionGroups& groups, const SelectionSettings& settings) {
  Selection selection;
  std::array<std::array<std::vector<Candidate>, 2>, 3> sides;  // by split and kind
  for (const Candidate& candidate : candidates(pairs, groups, settings.rule, selection))
    sides[static_cast<size_t>(candidate.split)][static_cast<size_t>(candidate.pair->kind)].push_back(candidate);
  for (const Split split : splits) {
    auto& [resist, accept] = sides[static_cast<size_t>(split)];
    const size_t balanced = std::min(resist.size(), accept.size());
    std::vector<Candidate> kept;
    for (auto* side : {&resist, &accept}) {
      count(*side, &PairCount::before, selection);
      if (settings.balance) trim_to(*side, balanced);
      count(*side, &PairCount::after, selection);
      kept.insert(kept.end(), side->begin(), side->end());
    }
    std::sort(kept.begin(), kept.end(), stands_before);
    for (const Candidate& c : kept) selection.rows[static_cast<size_t>(split)].push_back(c.pair);
  }
  return selection;
}

}  // namespace counterpoint::persuasion
