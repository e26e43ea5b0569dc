// protoclip study: arms and seeds from one file.
#include <cstdio>
#include <memory>

#include "counterpoint/commands/protoclip/commands.h"
#include "counterpoint/commands/tell.h"
#include "counterpoint/commands/version.h"
#include "counterpoint/core/files.h"
#include "counterpoint/core/interrupt.h"
#include "counterpoint/protoclip/study/clip_study.h"
#include "counterpoint/report/table.h"
#include "counterpoint/report/terminal.h"

namespace counterpoint::commands::protoclip {
namespace {

namespace method = counterpoint::protoclip;

/// Arms as rows, metrics as columns: mean over seeds, and the gain over base with how many seeds it holds in.
std::string table_of(const method::ClipStudyConfig& config, const std::vector<method::ResultRow>& rows) {
  std::vector<report::Column> head{{.title = "arm"}};
  std::vector<report::EstimateColumn> columns;
  for (const report::EstimateColumn& column : method::result_columns())
    if (method::over_seeds(rows, config.base, column.key)) {
      columns.push_back(column);
      head.push_back({.title = column.label + (column.style.percent ? ", %" : ""), .align = report::Align::right});
    }
  report::Table table(head);
  for (const std::string& arm : method::arms_of(rows)) {
    std::vector<std::string> cells{arm};
    for (const report::EstimateColumn& column : columns) {
      const auto value = method::over_seeds(rows, arm, column.key);
      std::string cell = value ? report::format_number(value->mean, column.style) : "–";
      const auto gain = method::paired_gain(rows, arm, config.base, column.key);
      if (gain && arm != config.base && column.better != report::Better::neither)
        cell += fmt::format(" ({}, {}/{})", report::format_difference(gain->estimate.mean, column.style),
                            gain->positive, gain->seeds);
      cells.push_back(cell);
    }
    table.add_row(cells);
  }
  return table.print(report::terminal_of(1));
}

std::vector<method::ResultRow> results_of(const method::ClipStudyConfig& config, const method::ClipStudyHooks& hooks) {
  try {
    return method::run_clip_study(config, hooks);
  } catch (const Interrupted&) {
    std::fprintf(stderr, "Interrupted. What is done is in %s; the same command goes on from there.\n",
                 config.output_dir.c_str());
    throw;
  }
}

void run(const std::filesystem::path& file) {
  method::ClipStudyConfig config = method::load_clip_study(file);
  for (method::StudyArm& arm : config.arms) arm.train.version = version_text();
  catch_interrupts();
  method::ClipStudyHooks hooks;
  hooks.progress = open_console_progress;
  hooks.note = tell;
  hooks.stop = interrupted;
  const auto rows = results_of(config, hooks);
  std::printf("%s\nMean over seeds; in brackets the gain over %s on the same seeds, and in how many it is above 0.\n",
              table_of(config, rows).c_str(), config.base.c_str());
  std::printf("Look at: %s; figures in %s\n", (config.output_dir / "report.html").c_str(),
              (config.output_dir / "results.json").c_str());
}

}  // namespace

void declare_study(CLI::App& program) {
  const auto file = std::make_shared<std::filesystem::path>();
  CLI::App* command =
      program.add_subcommand("study", "Train and measure arms with several seeds, as a TOML file says.");
  command->add_option("config", *file, "The file; examples/ has some")->required()->option_text("FILE");
  command->callback([file] { run(*file); });
}

}  // namespace counterpoint::commands::protoclip
