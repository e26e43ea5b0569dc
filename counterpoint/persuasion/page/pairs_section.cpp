// What trees and pairs come to, in numbers.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "counterpoint/persuasion/page/sections.h"
#include "counterpoint/report/bar_chart.h"
#include "counterpoint/report/figure.h"
#include "counterpoint/report/html.h"
#include "counterpoint/report/terminal.h"

namespace counterpoint::persuasion {
namespace {

using report::thousands;

constexpr int accept_colour = 1, resist_colour = 2;  // those of the arms that learn from such pairs alone

std::string share(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? "–" : report::format_number(static_cast<double>(part) / static_cast<double>(whole), {true, 1});
}

std::string turns_table(const TreeSummary& trees) {
  std::vector<report::HtmlCell> head{report::text_cell("Turn, agent")};
  for (const char* title : {"replies", "with an answer, %", "right, %", "all agree, %"})
    head.push_back(report::number_cell(title));
  report::HtmlTable table("Replies by turn and agent", head);
  for (const TurnSummary& turn : trees.turns)
    table.add_row({report::text_cell(fmt::format("{}, {}", turn.turn, turn.agent)),
                   report::number_cell(thousands(turn.nodes)), report::number_cell(share(turn.answered, turn.nodes)),
                   report::number_cell(share(turn.correct, turn.nodes)),
                   report::number_cell(share(turn.agreed, turn.nodes))});
  return table.html() +
         report::note_html(fmt::format("{}, {}; {} ended in agreement.", report::counted(trees.trees, "tree", "trees"),
                                       report::counted(trees.nodes, "reply", "replies"),
                                       report::counted(trees.agreed, "branch", "branches")));
}

std::string pairs_chart(const std::vector<PairTally>& pairs) {
  std::map<std::pair<int, PairKind>, std::pair<std::int64_t, std::int64_t>> counts;
  for (const PairTally& pair : pairs) {
    counts[{pair.turn, pair.kind}].first += pair.kept;
    counts[{pair.turn, pair.kind}].second += pair.found;
  }
  const bool some_left_out =
      std::any_of(pairs.begin(), pairs.end(), [](const PairTally& pair) { return pair.found > pair.kept; });
  const char* note =
      some_left_out ? "Pale: found, but left out so that there are as many of one kind as of the other." : "";
  report::BarChart chart{.title = "Pairs by turn and kind", .note = note, .bars = {}};
  for (const auto& [key, count] : counts)
    chart.bars.push_back({fmt::format("turn {}, {}", key.first, name_of(key.second)), static_cast<double>(count.first),
                          static_cast<double>(count.second),
                          key.second == PairKind::resist ? resist_colour : accept_colour});
  return report::draw(chart);
}

}  // namespace

std::string pairs_html(const StudyPage& page) {
  std::string out;
  if (!page.pairs.empty()) out += pairs_chart(page.pairs);
  if (page.all_trees && page.all_trees->trees > 0)
    out += report::figure_html("Replies by turn and agent", turns_table(*page.all_trees), "");
  return out.empty() ? "" : "<div class=\"beside\">" + out + "</div>\n";
}

std::string settings_html(const StudyPage& page) {
  if (page.settings.empty()) return "";
  report::HtmlTable table("Settings", {report::text_cell("Setting"), report::text_cell("Value")});
  for (const auto& [name, value] : page.settings) table.add_row({report::text_cell(name), report::text_cell(value)});
  return report::folded_html(fmt::format("{} settings", page.settings.size()), table.html());
}

std::string browser_html(const std::string& id, const std::string& what) {
  return fmt::format(
      "<div class=\"browser\" id=\"{}\"><noscript><p class=\"note\">{} are shown by this page's own "
      "script, which does not run here.</p></noscript></div>\n",
      id, report::escape_html(what));
}

}  // namespace counterpoint::persuasion
