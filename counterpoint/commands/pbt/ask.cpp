// pbt ask: what a model answers by itself, by category.
#include "counterpoint/persuasion/ask.h"

#include <unistd.h>

#include <cstdio>
#include <memory>

#include "counterpoint/commands/option_help.h"
#include "counterpoint/commands/output_file.h"
#include "counterpoint/commands/pbt/commands.h"
#include "counterpoint/commands/pbt/engine_options.h"
#include "counterpoint/commands/pbt/model_options.h"
#include "counterpoint/commands/pbt/question_options.h"
#include "counterpoint/commands/pbt/speakers.h"
#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/core/interrupt.h"
#include "counterpoint/core/statistics.h"
#include "counterpoint/data/first_row.h"
#include "counterpoint/report/table.h"

namespace counterpoint::commands {
namespace {

using namespace persuasion;

struct Options {
  QuestionSource source;
  ModelSpec model;
  std::string output;
  ModelOptions models;
  ReplyOptions replies{.sampling = AskSettings{}.sampling, .answer_model = ""};
  bool direct = false;
  int in_flight = AskSettings{}.in_flight;
};

AskResult ask(const Options& options, const std::vector<Question>& questions, Speakers& speakers) {
  const Speaker speaker = speakers.get("A", options.model);
  const AskSettings settings{.config = tree_of(options.source),
                             .sampling = options.replies.sampling,
                             .seed = options.replies.seed,
                             .direct = options.direct,
                             .in_flight = options.in_flight,
                             .stop = interrupted};
  const auto progress = console_progress("asking", "questions");
  catch_interrupts();
  return ask_questions(questions, speaker, settings, *progress);
}

std::vector<std::string> table_row(const AskedGroup& group) {
  const Interval interval = wilson_interval(group.correct, group.n);
  const auto number = [](const std::optional<double>& value) { return value ? fmt::format("{:.3f}", *value) : "-"; };
  return {group.category,
          std::to_string(group.n),
          fmt::format("{:.1f} %", 100 * group.accuracy()),
          fmt::format("{:.1f} - {:.1f}", 100 * interval.low, 100 * interval.high),
          std::to_string(group.without_answer),
          number(group.mean_confidence),
          number(group.auroc)};
}

void print_table(const std::vector<AskedGroup>& groups) {
  using report::Align;
  report::Table table({{"category"},
                       {"n", Align::right},
                       {"right", Align::right},
                       {"95 % interval", Align::right},
                       {"no answer", Align::right},
                       {"confidence", Align::right},
                       {"AUROC", Align::right}});
  for (const AskedGroup& group : groups) {
    if (&group == &groups.back() && groups.size() > 1) table.add_rule();
    table.add_row(table_row(group));
  }
  std::fputs(table.print(report::terminal_of(STDOUT_FILENO)).c_str(), stdout);
}

void warn_of_unread(const Options& options, const std::vector<Asked>& asked) {
  std::int64_t replies = 0, answered = 0;
  for (const Asked& one : asked) {
    replies += one.error.empty();
    answered += one.error.empty() && !one.answer.empty();
  }
  warn_of_unread_answers(answered, replies, options.replies.answer_mode);
}

void write_rows(const std::string& path, const std::vector<Asked>& asked) {
  std::string lines;
  for (const Asked& one : asked) lines += data::to_line(to_json(one)) + "\n";
  write_file_atomic(path, lines);
  std::printf("\nWritten: %s\n", path.c_str());
}

std::vector<Failure> failures_of(const std::vector<Asked>& asked) {
  std::vector<Failure> failures;
  for (const Asked& one : asked)
    if (!one.error.empty()) failures.push_back({one.question.id, one.error});
  return failures;
}

/// A table that is made again replaces the one before; what else is there is somebody's work.
void check_written_over(const std::string& output) {
  if (!holds_bytes(output)) return;
  const std::optional<data::Json> first = data::first_row(output);
  if (!first || !first->is_object() || !first->contains("reply") || !first->contains("correct"))
    refuse_foreign(output, "output of 'pbt ask'");
}

void run(const Options& options) {
  check_written_over(options.output);
  const std::vector<Question> questions = questions_of(options.source, options.replies.seed);
  check_answer_mode(options.replies.answer_mode, questions);
  if (options.direct && options.replies.answer_mode != "choices")
    fail("--direct weighs the choices without a reply and needs --answer-mode choices");
  Speakers speakers(options.models, options.replies, options.output);
  const AskResult result = ask(options, questions, speakers);
  if (result.interrupted)
    std::printf("Interrupted after %zu of %zu questions.%s\n", result.asked.size(), questions.size(),
                speakers.keep() ? " The same command goes on from there." : "");
  const std::vector<Failure> failures = failures_of(result.asked);
  if (!result.asked.empty()) {
    speakers.tell_failed(failures, result.asked.size(), "question");
    print_table(group_asked(result.asked));
    warn_of_unread(options, result.asked);
    if (!options.output.empty()) write_rows(output_of(options.output, result.interrupted), result.asked);
  }
  if (result.interrupted) throw Interrupted{};
  if (failures.empty()) speakers.done();
}

}  // namespace

void declare_ask(CLI::App& program) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = program.add_subcommand("ask", "Ask a model questions and count right answers by category.");
  command->add_option("--model", options->model.model, "HF folder, GGUF file, or server http://HOST/v1#MODEL")
      ->required();
  add_adapter_option(*command, options->model.adapter);
  add_question_options(*command, options->source);
  command->add_option("--output", options->output, "JSONL: a row for each question");
  command->add_flag("--direct", options->direct, "No reply: weigh the choices right behind the question (fast)");
  add_reply_options(*command, options->replies);
  shown_as(command->add_option("--questions-in-flight", options->in_flight, "Questions asked at once")
               ->check(CLI::Range(1, 4096))
               ->capture_default_str(),
           "N");
  add_model_options(*command, options->models);
  command->callback([options] { run(*options); });
}

}  // namespace counterpoint::commands
