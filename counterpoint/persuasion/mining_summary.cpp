#include <fmt/format.h>

#include "counterpoint/persuasion/mining_report.h"

namespace counterpoint::persuasion {
namespace {

using data::Json;

Json rule_summary(const Selection& selection) {
  Json out{{"lower_score", selection.lower_score}, {"duplicates", selection.duplicates}};
  for (const PairKind kind : {PairKind::resist, PairKind::accept}) {
    const PairCount pairs = selection.count(kind);
    out[name_of(kind)] = {{"before_balancing", pairs.before}, {"after_balancing", pairs.after}};
  }
  return out;
}

Json classes_summary(const Selection& selection) {
  Json out = Json::array();
  for (const auto& [c, pairs] : selection.counts)
    out.push_back({{"split", name_of(c.split)},
                   {"kind", name_of(c.kind)},
                   {"agent", c.agent},
                   {"turn", c.turn},
                   {"before_balancing", pairs.before},
                   {"after_balancing", pairs.after}});
  return out;
}

Json dropped_summary(const NoPairCounts& dropped) {
  Json out;
  for (size_t i = 0; i < no_pair_reasons; ++i) out[name_of(static_cast<NoPair>(i))] = dropped[i];
  return out;
}

Json rows_summary(const Selection& selection) {
  Json out;
  for (const Split split : splits)
    out[fmt::format("{}.jsonl", name_of(split))] = selection.rows[static_cast<size_t>(split)].size();
  return out;
}

}  // namespace

Json summary_of(const MiningSettings& settings, const MiningResult& result) {
  const MiningCounts& counts = result.mined.counts;
  const QuestionGroups& questions = result.mined.questions;
  const Selection& selection = result.by(settings.selection.rule);
  return {
      {"trees",
       {{"all", counts.trees},
        {"agreed_at_once", counts.agreed_at_once},
        {"agreed_in_every_later_node", counts.agreed_trees},
        {"damaged_lines", counts.damaged},
        {"unfinished_lines", counts.unfinished}}},
      {"questions",
       {{"ids", questions.ids()},
        {"repeated_texts", questions.repeated_texts()},
        {"reused_ids", questions.reused_ids()}}},
      {"nodes", {{"all", counts.nodes}, {"agreements", counts.agreements}, {"without_answer", counts.unread}}},
      {"siblings",
       {{"all", counts.siblings}, {"pairs", result.mined.pairs.size()}, {"dropped", dropped_summary(counts.dropped)}}},
      {"pair_rule", name_of(settings.selection.rule)},
      {"balance", settings.selection.balance},
      {"rules", {{"labels", rule_summary(result.labels)}, {"score", rule_summary(result.score)}}},
      {"pairs", classes_summary(selection)},
      {"rows", rows_summary(selection)}};
}

}  // namespace counterpoint::persuasion
