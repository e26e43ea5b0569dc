// pbt show: one dialogue tree in the terminal, or a list of those in a file.
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <optional>

#include "counterpoint/commands/given_command.h"
#include "counterpoint/commands/option_help.h"
#include "counterpoint/commands/pbt/commands.h"
#include "counterpoint/core/error.h"
#include "counterpoint/persuasion/pairs.h"
#include "counterpoint/persuasion/tree_drawing.h"
#include "counterpoint/persuasion/tree_file.h"
#include "counterpoint/report/table.h"

namespace counterpoint::commands {
namespace {

using namespace persuasion;

struct Options {
  std::filesystem::path trees;
  std::vector<std::string> ids;
  int first = 20;
};

/// Trees in file order; those of one question may be several, of several runs in one file.
void show_ids(const Options& options, const report::Terminal& terminal) {
  std::vector<std::string> known;
  std::vector<Tree> wanted;
  read_trees(options.trees, [&](Tree&& tree, const data::RowPlace&) {
    known.push_back(tree.question.id);
    if (std::find(options.ids.begin(), options.ids.end(), tree.question.id) != options.ids.end())
      wanted.push_back(std::move(tree));
  });
  for (const std::string& id : options.ids) {
    if (std::find(known.begin(), known.end(), id) != known.end()) continue;
    const std::string nearest = nearest_name(id, known);
    fail("{} has no tree of question '{}'{}; without --id its ids are listed", options.trees.string(), id,
         nearest.empty() ? "" : fmt::format(" (did you mean '{}'?)", nearest));
  }
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (i > 0) std::puts("");
    std::fputs(draw(wanted[i], terminal).c_str(), stdout);
  }
}

void show_list(const Options& options, const report::Terminal& terminal) {
  using report::Align;
  report::Table table({{"id"},
                       {"question", Align::left, true},
                       {"nodes", Align::right},
                       {"right", Align::right},
                       {"resist", Align::right},
                       {"accept", Align::right}});
  std::int64_t shown = 0;
  const TreeFileReport report = read_trees(options.trees, [&](Tree&& tree, const data::RowPlace&) {
    if (shown >= options.first) return;
    ++shown;
    std::int64_t right = 0, resist = 0;
    for (const Node& node : tree.nodes) right += node.correct;
    const std::vector<Pair> pairs = mine_tree(tree).pairs;
    for (const Pair& pair : pairs) resist += pair.kind == PairKind::resist;
    table.add_row({tree.question.id, tree.question.question, std::to_string(tree.nodes.size()), std::to_string(right),
                   std::to_string(resist), std::to_string(std::ssize(pairs) - resist)});
  });
  std::fputs(table.print(terminal).c_str(), stdout);
  std::printf("\n%s of %s trees (--first N for more). One of them: pbt show %s --id ID\n",
              report::thousands(shown).c_str(), report::thousands(report.trees).c_str(),
              shell_word(options.trees.string()).c_str());
}

void show(const Options& options) {
  const report::Terminal terminal = report::terminal_of(STDOUT_FILENO);
  options.ids.empty() ? show_list(options, terminal) : show_ids(options, terminal);
}

}  // namespace

void declare_show(CLI::App& program) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = program.add_subcommand("show", "Draw dialogue trees in the terminal, or list them.");
  command->add_option("trees", options->trees, "trees.jsonl of pbt generate, or its folder")->required();
  command->add_option("--id", options->ids, "Question ids whose trees are drawn; without: the trees are listed");
  command->add_option("--first", options->first, "How many trees to list")
      ->check(zero_or_more())
      ->capture_default_str();
  command->callback([options] { show(*options); });
}

}  // namespace counterpoint::commands
