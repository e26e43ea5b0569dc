// pbt evaluate seeds: one arm over several seeds, as mean and spread.
#include <unistd.h>

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <set>

#include "counterpoint/commands/pbt/evaluate.h"
#include "counterpoint/core/error.h"
#include "counterpoint/core/statistics.h"
#include "counterpoint/data/fields.h"
#include "counterpoint/report/table.h"

namespace counterpoint::commands {
namespace {

/// Values by metric, the metrics in the order in which they are met.
struct Collected {
  std::vector<std::string> metrics;
  std::map<std::string, std::vector<double>> values;
};

void add_file(const std::string& path, std::string& evaluation, Collected& collected) {
  const data::Json json = data::read_json(path);
  const data::Fields output(json, path);
  const std::string found = output.text("evaluation");
  if (evaluation.empty()) evaluation = found;
  if (found != evaluation) fail("{}: holds the evaluation '{}', the files before it '{}'", path, found, evaluation);
  for (const data::Json& row : output.list("figures")) {
    const data::Fields figure(row, output.where("figures"));
    auto& values = collected.values[figure.text("metric")];
    if (values.empty()) collected.metrics.push_back(figure.text("metric"));
    values.push_back(figure.number("value"));
  }
}

void check_all_others(const std::vector<std::string>& files) {
  std::set<std::filesystem::path> seen;
  for (const std::string& file : files)
    if (!seen.insert(std::filesystem::weakly_canonical(file)).second)
      fail("{} is named twice; one file for each seed was expected", file);
}

void run(const std::vector<std::string>& files) {
  check_all_others(files);
  std::string evaluation;
  Collected collected;
  for (const std::string& file : files) add_file(file, evaluation, collected);
  using report::Align;
  report::Table table(
      {{evaluation}, {"mean", Align::right}, {"std. deviation", Align::right}, {"seeds", Align::right}});
  for (const std::string& metric : collected.metrics) {
    const Spread spread = spread_of(collected.values[metric]);
    table.add_row({metric, fmt::format("{:.3f}", spread.mean),
                   spread.deviation ? fmt::format("{:.3f}", *spread.deviation) : "-", std::to_string(spread.n)});
  }
  std::fputs(table.print(report::terminal_of(STDOUT_FILENO)).c_str(), stdout);
}

}  // namespace

void declare_seeds(CLI::App& evaluate) {
  const auto files = std::make_shared<std::vector<std::string>>();
  CLI::App* command = evaluate.add_subcommand("seeds", "Mean and spread over outputs of one arm's seeds.");
  command->add_option("outputs", *files, "--output files of one evaluation, one for each seed")->required();
  command->callback([files] { run(*files); });
}

}  // namespace counterpoint::commands
