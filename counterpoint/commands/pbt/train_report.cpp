#include "counterpoint/commands/pbt/train_report.h"

#include <fmt/ranges.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <map>

#include "counterpoint/commands/given_command.h"
#include "counterpoint/commands/tell.h"
#include "counterpoint/report/table.h"

namespace counterpoint::commands {
namespace {

constexpr size_t most_named = 5;

void name_first(const std::vector<std::string>& lines, const std::string& what) {
  for (size_t i = 0; i < std::min(most_named, lines.size()); ++i) tell("left out: " + lines[i] + what);
  if (lines.size() > most_named) tell(fmt::format("left out: .. and {} more", lines.size() - most_named));
}

struct Curve {
  double first = 0, last = 0;
};

std::map<std::string, Curve> curves_of(const std::filesystem::path& run_folder) {
  std::map<std::string, Curve> curves;
  data::read_jsonl(run_folder / "metrics.jsonl", [&](const data::Json& row, const data::RowPlace&) {
    for (const auto& [name, value] : row.items()) {
      if (!value.is_number()) continue;
      const double number = value.get<double>();
      curves.try_emplace(name, Curve{number, number}).first->second.last = number;
    }
  });
  return curves;
}

/// Without a minus before zeros.
std::string number(double value) { return fmt::format("{:.4f}", std::abs(value) < 5e-5 ? 0.0 : value); }

std::string best_text(const train::FitResult& result, const train::FitSettings& fit) {
  if (!result.best_step) return "the last step";
  return fmt::format("step {}, {} {:.4f}", *result.best_step, fit.best_metric, *result.best_value);
}

}  // namespace

void tell_rows(const std::string& file, const persuasion::RowReport& report, std::int64_t max_length) {
  const auto bad = std::ssize(report.bad), too_long = std::ssize(report.too_long);
  std::vector<std::string> why;
  if (bad > 0) why.push_back(fmt::format("{} bad", bad));
  if (too_long > 0)
    why.push_back(fmt::format("{} whose prompt alone fills --max-length {}, or whose replies are the same up to it",
                              too_long, max_length));
  if (report.cut > 0) why.push_back(fmt::format("{} cut to it", report.cut));
  tell(fmt::format("{}: {} of {} rows{}{}", file, report.rows - bad - too_long, report.rows, why.empty() ? "" : "; ",
                   fmt::join(why, ", ")));
  name_first(report.bad, "");
  name_first(report.too_long, ": no room for a reply");
}

void print_run(const TrainOptions& options, const train::FitResult& result) {
  const train::FitSettings& fit = options.tune.fit;
  std::map<std::string, Curve> curves = curves_of(fit.run_folder);
  report::Table table({{""}, {"first", report::Align::right}, {"last", report::Align::right}});
  for (const char* name : {"loss", "eval_loss", "rewards/margins", "rewards/accuracies", "eval_rewards/margins",
                           "eval_rewards/accuracies", "eval_balanced_overall"})
    if (const auto found = curves.find(name); found != curves.end())
      table.add_row({name, number(found->second.first), number(found->second.last)});
  std::fputs(table.print(report::terminal_of(STDOUT_FILENO)).c_str(), stdout);
  std::printf("\nSteps:   %lld of %lld%s\nBest:    %s\nAdapter: %s\n", static_cast<long long>(result.steps),
              static_cast<long long>(result.total_steps), result.stopped_early ? " (no more gain)" : "",
              best_text(result, fit).c_str(), fit.run_folder.string().c_str());
}

void print_next(const TrainOptions& options) {
  const std::string model = shell_word(options.tune.model.string()),
                    adapter = shell_word(options.tune.fit.run_folder.string());
  std::printf(
      "\nNext:\n"
      "  pbt chat --model %s --adapter %s\n"
      "  pbt evaluate balanced --model %s --adapter %s --pairs test.jsonl --questions FILE\n"
      "  pbt export --model %s --adapter %s --output-dir DIR\n",
      model.c_str(), adapter.c_str(), model.c_str(), adapter.c_str(), model.c_str(), adapter.c_str());
}

}  // namespace counterpoint::commands
