// What becomes of an evaluation's result: tables on the terminal, a JSON file, a comparison with an earlier one.
#include <unistd.h>

#include <fmt/format.h>

#include <cstdio>

#include "counterpoint/commands/pbt/evaluate_options.h"
#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/core/interrupt.h"
#include "counterpoint/data/fields.h"
#include "counterpoint/persuasion/run_folder.h"
#include "counterpoint/report/table.h"

namespace counterpoint::commands {
namespace {

using namespace persuasion;
using report::Align;

std::string number(double value) { return fmt::format("{:.3f}", value); }
std::string range(double low, double high) { return fmt::format("{:.3f} to {:.3f}", low, high); }

void print(const report::Table& table) { std::fputs(table.print(report::terminal_of(STDOUT_FILENO)).c_str(), stdout); }

void print_figures(const std::vector<Figure>& figures) {
  report::Table table({{"metric"}, {"value", Align::right}, {"95 % interval", Align::right}, {"n", Align::right}});
  for (const Figure& one : figures)
    table.add_row({one.metric, number(one.value), range(one.low, one.high), std::to_string(one.n)});
  print(table);
}

/// What else than the model differs between the two runs.
void tell_other_settings(const Earlier& earlier, data::Json now) {
  data::Json there = earlier.json.value("settings", data::Json::object());
  for (data::Json* settings : {&there, &now})
    for (const char* key : {"model", "adapter", "models"}) settings->erase(key);
  for (const std::string& line : differences(there, now))
    std::fprintf(stderr, "note: settings differ from %s: %s\n", earlier.path.c_str(), line.c_str());
}

void print_comparison(const Earlier& earlier, const Comparison& comparison) {
  std::printf("\nAgainst %s, on the %lld items of both", earlier.path.c_str(),
              static_cast<long long>(comparison.items));
  if (comparison.only_here + comparison.only_there > 0)
    std::printf(" (%lld only here, %lld only there)", static_cast<long long>(comparison.only_here),
                static_cast<long long>(comparison.only_there));
  std::printf(":\n");
  report::Table table({{"metric"},
                       {"there", Align::right},
                       {"here", Align::right},
                       {"difference", Align::right},
                       {"95 % interval", Align::right},
                       {"McNemar p", Align::right},
                       {"n", Align::right}});
  for (const Difference& one : comparison.differences)
    table.add_row({one.metric, number(one.there), number(one.here), fmt::format("{:+.3f}", one.difference),
                   range(one.low, one.high), one.test ? fmt::format("{:.4f}", one.test->exact) : "-",
                   std::to_string(one.n)});
  print(table);
}

void compare_with(const Earlier& earlier, const data::Json& settings, Evaluated& result) {
  tell_other_settings(earlier, settings);
  const Comparison comparison =
      compare(result.outcomes, outcomes_from_json(earlier.json, earlier.path), result.statistics);
  print_comparison(earlier, comparison);
  data::Json rows = data::Json::array();
  for (const Difference& one : comparison.differences) rows.push_back(to_json(one));
  result.json["comparison"] = {{"with", earlier.path}, {"items", comparison.items}, {"differences", std::move(rows)}};
}

/// How many there are.
std::int64_t tell_failed(const data::Json& items, bool kept) {
  std::int64_t failed = 0;
  for (const data::Json& item : items)
    if (item.contains("error") && failed++ == 0)
      std::fprintf(stderr, "item '%s' failed: %s\n", item["id"].get<std::string>().c_str(),
                   item["error"].get<std::string>().c_str());
  if (failed > 0 && failed == std::ssize(items)) fail("all {} items failed", failed);
  if (failed > 0)
    std::fprintf(stderr, "%lld items failed and are left out%s\n", static_cast<long long>(failed),
                 kept ? "; the same command tries them again" : "");
  return failed;
}

void tell_interrupted(const data::Json& items, bool kept) {
  std::printf("Interrupted; the figures are of %zu items.%s\n", items.size(),
              kept ? " The same command goes on from there." : "");
}

/// Replies whose answer was looked for, wherever they stand in the items.
struct ReadReplies {
  std::int64_t all = 0, answered = 0;
  void count(const data::Json& json) {
    if (json.is_object() && json.contains("text") && json.contains("answer")) {
      ++all;
      answered += json["answer"] != "";
    }
    if (!json.is_structured()) return;
    for (const data::Json& part : json) count(part);
  }
};

void write_output(const EvaluateOptions& options, const data::Json& settings, const Evaluated& result) {
  const std::string file = output_of(options.output, result.interrupted);
  data::Json out{{"evaluation", result.json["evaluation"]}, {"settings", settings}};
  if (result.interrupted) out["interrupted"] = true;
  for (const auto& part : result.json.items())
    if (part.key() != "evaluation" && part.key() != "items") out[part.key()] = part.value();
  out["items"] = result.json["items"];
  write_file_atomic(file, out.dump(1, ' ', false, data::Json::error_handler_t::replace) + "\n");
  std::printf("\nWritten: %s\n", file.c_str());
}

}  // namespace

Earlier earlier_of(const EvaluateOptions& options, const std::string& evaluation) {
  if (options.compare.empty()) return {};
  Earlier earlier{.path = options.compare, .json = data::read_json(options.compare)};
  const std::string found = data::Fields(earlier.json, earlier.path).text("evaluation");
  if (found != evaluation)
    fail("{}: holds the evaluation '{}', and cannot be compared with '{}'", earlier.path, found, evaluation);
  return earlier;
}

void report_result(const EvaluateOptions& options, Speakers& speakers, const data::Json& settings,
                   const Earlier& earlier, Evaluated result) {
  if (result.interrupted) tell_interrupted(result.json["items"], speakers.keep());
  const std::int64_t failed = tell_failed(result.json["items"], speakers.keep());
  print_figures(result.figures);
  ReadReplies read;
  read.count(result.json["items"]);
  warn_of_unread_answers(read.answered, read.all, options.replies.answer_mode);
  const auto write = [&] {
    if (!options.output.empty()) write_output(options, settings, result);
  };
  try {
    if (!earlier.path.empty() && result.outcomes.size() > 0) compare_with(earlier, settings, result);
  } catch (const Error&) {
    write();  // that the two cannot be compared does not cost the result
    throw;
  }
  write();
  if (result.interrupted) throw Interrupted{};
  if (failed == 0) speakers.done();
}

}  // namespace counterpoint::commands
