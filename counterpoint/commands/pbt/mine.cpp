// pbt mine: preference pairs out of trees.
#include <unistd.h>

#include <cstdio>
#include <memory>

#include "counterpoint/commands/pbt/commands.h"
#include "counterpoint/persuasion/mining_report.h"

namespace counterpoint::commands {
namespace {

using namespace persuasion;

struct Options {
  MiningSettings settings;
  std::string rule = name_of(PairRule::labels);
  bool no_balance = false;
};

/// What a user would otherwise meet later, as an error of the program that trains on the rows.
void warn_of_empty_files(const Selection& selection) {
  for (const Split split : splits)
    if (selection.rows[static_cast<size_t>(split)].empty())
      std::fprintf(stderr, "note: %s.jsonl has no rows; more trees or --no-balance give some\n", name_of(split));
}

void mine(Options& options) {
  MiningSettings& settings = options.settings;
  settings.selection.rule = options.rule == name_of(PairRule::score) ? PairRule::score : PairRule::labels;
  settings.selection.balance = !options.no_balance;
  const auto progress = console_progress("mining", "trees");
  const MiningResult result = run_mining(settings, *progress);
  for (const std::string& line : result.mined.counts.damaged) std::fprintf(stderr, "skipped: %s\n", line.c_str());
  for (const std::string& line : result.mined.counts.unfinished)
    std::fprintf(stderr, "left out: %s: the last line is unfinished, its run was killed\n", line.c_str());
  std::fputs(mining_tables(settings, result, report::terminal_of(STDOUT_FILENO)).c_str(), stdout);
  warn_of_empty_files(result.by(settings.selection.rule));
  std::printf("\nWritten: %s: train.jsonl, valid.jsonl, test.jsonl, summary.json\n",
              settings.output_dir.string().c_str());
}

}  // namespace

void declare_mine(CLI::App& program) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = program.add_subcommand("mine", "Mine balanced preference pairs from dialogue trees.");
  command->add_option("trees", options->settings.inputs, "trees.jsonl files of pbt generate, or its folders")
      ->required();
  command->add_option("--output-dir", options->settings.output_dir, "Folder for {train,valid,test}.jsonl, summary.json")
      ->required();
  command->add_option("--pair-rule", options->rule, "labels; score: besides, the chosen reply's tree score is higher")
      ->check(CLI::IsMember({name_of(PairRule::labels), name_of(PairRule::score)}))
      ->capture_default_str();
  command->add_flag("--no-balance", options->no_balance, "Keep all pairs, not as many resist as accept pairs");
  command->add_flag("--skip-bad", options->settings.skip_bad, "Leave damaged lines out, count and name them");
  command->callback([options] { mine(*options); });
}

}  // namespace counterpoint::commands
