#include "counterpoint/persuasion/mining_report.h"

#include <fmt/format.h>

#include <set>
#include <tuple>

#include "counterpoint/report/table.h"

namespace counterpoint::persuasion {
namespace {

using report::Align;
using report::Column;
using report::Table;
using report::thousands;

constexpr std::array<PairRule, 2> rules{PairRule::labels, PairRule::score};
constexpr std::array<PairKind, 2> kinds{PairKind::resist, PairKind::accept};

const char* words_for(NoPair reason) {
  constexpr const char* words[no_pair_reasons] = {
      "another agent or prompt",
      "no answer could be read",
      "no earlier answer of that agent",
      "both right",
      "both wrong",
      "was wrong, and nobody offered the right answer",
      "same words, read as right and as wrong",
  };
  return words[static_cast<size_t>(reason)];
}

std::string trees_table(const Mined& mined, const report::Terminal& terminal) {
  const MiningCounts& counts = mined.counts;
  Table table({{"Found"}, {"", Align::right}});
  const auto row = [&](const char* what, std::int64_t count) { table.add_row({what, thousands(count)}); };
  row("trees", counts.trees);
  row("  agents agree at once", counts.agreed_at_once);
  row("  agents agree in every later reply (at once included)", counts.agreed_trees);
  row("questions", mined.questions.ids());
  row("  whose text stands under another id too", mined.questions.repeated_texts());
  row("  whose id stands for several texts", mined.questions.reused_ids());
  row("nodes", counts.nodes);
  row("  at which the agents agree", counts.agreements);
  row("  without a readable answer", counts.unread);
  if (!counts.damaged.empty()) row("damaged lines", std::ssize(counts.damaged));
  if (!counts.unfinished.empty()) row("lines left unfinished by a killed run", std::ssize(counts.unfinished));
  return table.print(terminal);
}

std::string dropped_table(const Mined& mined, const Selection& selection, const report::Terminal& terminal) {
  const MiningCounts& counts = mined.counts;
  Table table({{"Siblings, two by two"}, {"", Align::right}});
  table.add_row({"all", thousands(counts.siblings)});
  for (size_t i = 0; i < no_pair_reasons; ++i)
    if (counts.dropped[i] > 0)
      table.add_row({fmt::format("  dropped: {}", words_for(static_cast<NoPair>(i))), thousands(counts.dropped[i])});
  const auto step = [&](const char* what, std::int64_t count) {
    if (count > 0) table.add_row({fmt::format("  dropped: {}", what), thousands(count)});
  };
  step("the chosen reply's score is not the higher", selection.lower_score);
  step("the same pair once more", selection.duplicates);
  PairCount pairs = selection.count(PairKind::resist);
  pairs += selection.count(PairKind::accept);
  step("trimmed to balance", pairs.before - pairs.after);
  table.add_rule();
  table.add_row({"pairs written", thousands(pairs.after)});
  return table.print(terminal);
}

/// What is left after balancing and, where that is less, of how many.
std::string kept_of(const PairCount& pairs) {
  const std::string kept = thousands(pairs.after);
  return pairs.after == pairs.before ? kept : kept + "/" + thousands(pairs.before);
}

/// One row of the pairs' table: a cell for each split and one for all.
class SplitCounts {
 public:
  void add(Split split, const PairCount& pairs) {
    counts_[static_cast<size_t>(split)] += pairs;
    counts_.back() += pairs;
  }
  std::vector<std::string> cells(std::vector<std::string> head) const {
    for (const PairCount& pairs : counts_) head.push_back(kept_of(pairs));
    return head;
  }

 private:
  std::array<PairCount, splits.size() + 1> counts_{};
};

std::string pairs_table(const Selection& selection, const report::Terminal& terminal) {
  std::map<std::tuple<PairKind, int, std::string>, SplitCounts> rows;
  std::array<SplitCounts, kinds.size()> totals;
  for (const auto& [c, pairs] : selection.counts) {
    rows[{c.kind, c.turn, c.agent}].add(c.split, pairs);
    totals[static_cast<size_t>(c.kind)].add(c.split, pairs);
  }
  std::vector<Column> columns{{"Pairs"}, {"turn"}, {"agent"}};
  for (const char* title : {"train", "valid", "test", "all"}) columns.push_back({title, Align::right});
  Table table(columns);
  for (const auto& [key, row] : rows) {
    const auto& [kind, turn, agent] = key;
    table.add_row(row.cells({name_of(kind), std::to_string(turn), agent}));
  }
  if (!table.empty()) table.add_rule();
  for (const PairKind kind : kinds) table.add_row(totals[static_cast<size_t>(kind)].cells({name_of(kind), "", ""}));
  return table.print(terminal);
}

std::string rules_table(const MiningResult& result, bool balanced, const report::Terminal& terminal) {
  std::set<int> turns;
  for (const auto& entry : result.labels.counts) turns.insert(entry.first.turn);
  std::vector<Column> columns{{"Pair rule"}, {"kind"}};
  for (const int turn : turns) columns.push_back({fmt::format("turn {}", turn), Align::right});
  columns.push_back({"all", Align::right});
  if (balanced) columns.push_back({"balanced", Align::right});
  Table table(columns);
  for (const PairRule rule : rules) {
    const Selection& selection = result.by(rule);
    for (const PairKind kind : kinds) {
      std::vector<std::string> cells{name_of(rule), name_of(kind)};
      for (const int turn : turns) cells.push_back(thousands(selection.count(kind, turn).before));
      cells.push_back(thousands(selection.count(kind).before));
      if (balanced) cells.push_back(thousands(selection.count(kind).after));
      table.add_row(cells);
    }
  }
  return table.print(terminal);
}

}  // namespace

std::string mining_tables(const MiningSettings& settings, const MiningResult& result,
                          const report::Terminal& terminal) {
  const Selection& selection = result.by(settings.selection.rule);
  const bool balanced = settings.selection.balance;
  return trees_table(result.mined, terminal) + "\n" + dropped_table(result.mined, selection, terminal) + "\n" +
         pairs_table(selection, terminal) + "\n" + rules_table(result, balanced, terminal);
}

}  // namespace counterpoint::persuasion
