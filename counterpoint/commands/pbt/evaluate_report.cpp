// What becomes of an evaluation's result: tables on the terminal, a JSON file, a comparison with an earlier one.
#include <fmt/ranges.h>

#include <cstdio>

#include "counterpoint/commands/output_file.h"
#include "counterpoint/commands/pbt/evaluate_options.h"
#include "counterpoint/commands/pbt/evaluate_tables.h"
#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/core/interrupt.h"
#include "counterpoint/data/fields.h"
#include "counterpoint/persuasion/run_folder.h"

namespace counterpoint::commands {
namespace {

using namespace persuasion;

/// What else than the model differs between the two runs.
void tell_other_settings(const Earlier& earlier, data::Json now) {
  data::Json there = earlier.json.value("settings", data::Json::object());
  for (data::Json* settings : {&there, &now})
    for (const char* key : {"model", "adapter", "models"}) settings->erase(key);
  for (const std::string& line : differences(there, now))
    std::fprintf(stderr, "note: settings differ from %s: %s\n", earlier.path.c_str(), line.c_str());
}

void compare_with(const Earlier& earlier, const data::Json& settings, Evaluated& result) {
  tell_other_settings(earlier, settings);
  const Comparison comparison =
      compare(result.outcomes, outcomes_from_json(earlier.json, earlier.path), result.statistics);
  print_comparison(earlier.path, comparison);
  data::Json rows = data::Json::array();
  for (const Difference& one : comparison.differences) rows.push_back(to_json(one));
  result.json["comparison"] = {{"with", earlier.path}, {"items", comparison.items}, {"differences", std::move(rows)}};
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

/// The same run may be done again; what else is there is somebody's work.
void check_written_over(const std::string& output, const std::string& evaluation, const data::Json& settings) {
  if (!holds_bytes(output)) return;
  data::Json there;
  try {
    there = data::read_json(output);
  } catch (const Error&) {
  }  // what is no JSON is no result
  if (!there.is_object() || there.value("evaluation", "") != evaluation || !there.contains("settings"))
    refuse_foreign(output, fmt::format("result of 'pbt evaluate {}'", evaluation));
  const std::vector<std::string> differ = differences(there["settings"], settings);
  if (!differ.empty())
    fail("{} holds a result of other settings: {}. Choose another --output", output, fmt::join(differ, "; "));
}

}  // namespace

Earlier look_at_files(const EvaluateOptions& options, const std::string& evaluation, const data::Json& settings) {
  check_written_over(options.output, evaluation, settings);
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
  const std::vector<Failure> failures = failures_of(result.json["items"]);
  speakers.tell_failed(failures, result.json["items"].size(), "item");
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
  if (failures.empty()) speakers.done();
}

}  // namespace counterpoint::commands
