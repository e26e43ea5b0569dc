// pbt evaluate misinformation: talking a model out of right answers, and Farm's tables from recorded counts.
#include <unistd.h>

#include <fmt/format.h>

#include <cstdio>
#include <set>

#include "counterpoint/commands/option_help.h"
#include "counterpoint/commands/output_file.h"
#include "counterpoint/commands/pbt/engine_options.h"
#include "counterpoint/commands/pbt/evaluate.h"
#include "counterpoint/commands/pbt/evaluate_options.h"
#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/core/interrupt.h"
#include "counterpoint/persuasion/evaluate/farm_table.h"
#include "counterpoint/persuasion/evaluate/misinformation.h"
#include "counterpoint/report/table.h"

namespace counterpoint::commands {
namespace {

using namespace persuasion;

struct Options : EvaluateOptions {
  ModelSpec model, persuader;
  std::string counts;
  std::vector<std::string> appeals = MisinformationSettings{}.appeals;
  int turns = MisinformationSettings{}.turns;
  bool no_openings = false;
};

/// Farm's rows with --limit as for other questions.
std::vector<MisledQuestion> farm_questions(const Options& options) {
  if (!std::filesystem::exists(options.source.spec))
    fail(
        "'{}' is no file with persuasive texts: give Farm's JSONL, or --persuader MODEL, which argues for a wrong "
        "choice",
        options.source.spec);
  if (const std::string& format = options.source.options.format; !format.empty() && format != "farm")
    fail("--format {}: persuasive texts come from Farm's JSONL only; or give --persuader MODEL", format);
  const FarmQuestions farm = load_farm(options.source.spec, options.source.options.skip_bad);
  tell_skipped(farm.skipped, farm.questions.size());
  const std::vector<MisledQuestion>& all = farm.questions;
  std::vector<Question> questions;
  for (const MisledQuestion& misled : all) questions.push_back(misled.question);
  std::vector<MisledQuestion> drawn;
  for (const Question& question : draw_questions(std::move(questions), options.source.limit, options.replies.seed))
    drawn.push_back(
        *std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.question.id == question.id; }));
  return drawn;
}

std::vector<MisledQuestion> questions_for(const Options& options) {
  std::vector<MisledQuestion> questions =
      options.persuader.model.empty()
          ? farm_questions(options)
          : misled(questions_of(options.source, options.replies.seed), options.replies.seed);
  std::vector<Question> plain;
  for (const MisledQuestion& one : questions) plain.push_back(one.question);
  check_answer_mode(options.replies.answer_mode, plain);
  return questions;
}

data::Json told_settings(const Options& options, const MisinformationSettings& settings) {
  data::Json told = settings_json(options, options.model);
  told["appeals"] = settings.appeals;
  told["turns"] = settings.turns;
  if (options.persuader.model.empty()) return told;
  told["persuader"] = model_json(options.persuader);
  told["openings"] = settings.openings;
  return told;
}

void print_farm(const std::vector<std::string>& columns, const std::vector<std::vector<std::string>>& rows,
                size_t text_columns) {
  std::vector<report::Column> titles;
  for (const std::string& column : columns)
    titles.push_back({column, titles.size() < text_columns ? report::Align::left : report::Align::right});
  report::Table table(titles);
  for (const auto& row : rows) table.add_row(row);
  std::fputs(table.print(report::terminal_of(STDOUT_FILENO)).c_str(), stdout);
}

void print_runs(const MisinformationResult& result) {
  std::printf("In Farm's columns:\n");
  std::vector<std::vector<std::string>> rows;
  for (const FarmRun& run : farm_runs(result)) {
    const FarmSummary s = summarise_farm(run.counts, result.turns);
    rows.push_back({run.appeal, s.SR ? fmt::format("{:.4f}", *s.SR) : "-", fmt::format("{:.3f}", s.meanT),
                    std::to_string(s.maxT), std::to_string(s.minT), std::to_string(s.wa), std::to_string(s.pd),
                    std::to_string(s.npd), joined_counts(run.correct)});
  }
  print_farm({"appeal", "SR", "meanT", "maxT", "minT", "wa", "pd", "npd", "correct_num"}, rows, 1);
  std::printf("\n");
}

bool is_list(const std::string& column) { return column == "persuasion_counts" || column == "correct_num"; }

/// All columns but the long lists.
void print_recomputed(const FarmTable& table) {
  std::vector<std::string> columns;
  size_t text_columns = 0;
  for (const std::string& column : table.columns) {
    if (is_list(column)) continue;
    text_columns += column == "model" || column == "dataset" || column == "passage" || column == "case";
    columns.push_back(column);
  }
  std::vector<std::vector<std::string>> rows;
  for (const FarmRow& row : table.rows) {
    rows.emplace_back();
    for (size_t i = 0; i < table.columns.size(); ++i)
      if (!is_list(table.columns[i])) rows.back().push_back(row.cells[i]);
  }
  print_farm(columns, rows, text_columns);
}

/// Of the questions that were right at first, the share given up by each turn.
void print_curves(const FarmTable& table) {
  std::printf("\nGiven up by turn 1, 2, ..:\n");
  for (size_t i = 0; i < table.rows.size(); ++i) {
    const std::vector<std::int64_t>& unmoved = table.rows[i].summary.unmoved;
    std::printf("row %zu:", i + 1);
    for (size_t turn = 1; turn < unmoved.size() && unmoved[0] > 0; ++turn)
      std::printf(" %.4f", 1 - static_cast<double>(unmoved[turn]) / static_cast<double>(unmoved[0]));
    std::printf("\n");
  }
}

void tell_disagreements(const FarmTable& table) {
  std::int64_t agree = 0, without_belief = 0;
  for (size_t i = 0; i < table.rows.size(); ++i) {
    for (const std::string& line : table.rows[i].disagreements) std::printf("row %zu: %s\n", i + 1, line.c_str());
    agree += table.rows[i].disagreements.empty();
    without_belief += table.rows[i].turns_without_belief > 0;
  }
  std::printf("\n%lld of %zu rows are as recorded.\n", static_cast<long long>(agree), table.rows.size());
  if (without_belief > 0)
    std::printf(
        "correct_num is kept as recorded: in %lld rows fewer beliefs were right than were not given up, since a\n"
        "belief that is no answer is neither; so it does not follow from the counts.\n",
        static_cast<long long>(without_belief));
}

void recompute(const Options& options) {
  refuse_input(options.output, options.counts, "file of --counts");
  const FarmTable table = recompute_farm(options.counts);
  print_recomputed(table);
  print_curves(table);
  tell_disagreements(table);
  if (options.output.empty()) return;
  write_file_atomic(options.output, json_text(table));
  std::printf("Written: %s\n", options.output.c_str());
}

void run(const Options& options) {
  if (!options.counts.empty()) return recompute(options);
  if (options.model.model.empty()) throw CLI::RequiredError("--model (or --counts)");
  if (options.source.spec.empty()) throw CLI::RequiredError("--questions");
  const std::vector<MisledQuestion> questions = questions_for(options);
  MisinformationSettings settings;
  take_options(options, settings);
  settings.appeals = options.appeals;
  settings.turns = options.turns;
  settings.openings = !options.no_openings;
  const data::Json told = told_settings(options, settings);
  const Earlier earlier = look_at_files(options, "misinformation", told);
  Speakers speakers(options.models, options.replies, options.output);
  const Speaker speaker = speakers.get("A", options.model);
  std::optional<Speaker> persuader;
  if (!options.persuader.model.empty()) persuader = speakers.get("B", options.persuader);
  const auto progress = console_progress("persuading", "questions");
  catch_interrupts();
  const MisinformationResult result =
      evaluate_misinformation(questions, speaker, persuader ? &*persuader : nullptr, settings, *progress);
  print_runs(result);
  report_result(options, speakers, told, earlier,
                evaluated(result, misinformation_statistics(result.appeals, result.turns)));
}

}  // namespace

void declare_misinformation(CLI::App& evaluate) {
  const auto options = std::make_shared<Options>();
  CLI::App* command =
      evaluate.add_subcommand("misinformation", "Up to four turns of persuasion away from right answers (Farm).");
  command->add_option("--model", options->model.model, "HF folder, GGUF file, or server http://HOST/v1#MODEL");
  add_adapter_option(*command, options->model.adapter);
  command->add_option("--counts", options->counts, "Recorded runs: recompute Farm's columns (needs no model)")
      ->option_text("CSV");
  command->add_option("--persuader", options->persuader.model,
                      "Model that argues for a wrong choice (else Farm's texts)");
  command->add_option("--persuader-adapter", options->persuader.adapter, "PEFT adapter on it")->option_text("DIR");
  command->add_option("--appeals", options->appeals, "logical credibility emotional (default: these), control")
      ->check(CLI::IsMember(appeal_names()))
      ->option_text("NAME ..");
  shown_as(command->add_option("--turns", options->turns, "Of persuasion, at most")
               ->check(CLI::Range(1, never_persuaded - 1))
               ->capture_default_str(),
           "N");
  command->add_flag("--no-openings", options->no_openings, "The persuader's words do not begin as its role's opening");
  add_evaluate_options(*command, *options);
  command->get_option("--questions")->required(false);
  command->callback([options] { run(*options); });
}

}  // namespace counterpoint::commands
