#include "counterpoint/persuasion/question_files.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/core/random.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/data/fields.h"
#include "counterpoint/persuasion/answer_text.h"
#include "counterpoint/persuasion/facts.h"
#include "counterpoint/persuasion/question_format.h"

namespace counterpoint::persuasion {
namespace {

namespace fs = std::filesystem;
using data::Json;

struct Row {
  Json value;
  std::string place;    ///< "file:line", or "file: entry 3" in an array
  std::string problem;  ///< not empty: no JSON
};

bool begins_with_bracket(const fs::path& path) { return trim(read_file(path)).starts_with('['); }

std::vector<Row> read_rows(const fs::path& path) {
  std::vector<Row> rows;
  if (begins_with_bracket(path)) {
    for (Json& value : data::read_json(path))
      rows.push_back({std::move(value), fmt::format("{}: entry {}", path.string(), rows.size() + 1), ""});
    return rows;
  }
  data::read_jsonl(
      path,
      [&](Json value, const data::RowPlace& place) {
        rows.push_back({std::move(value), place.text(), ""});
      },
      [&](const data::RowPlace& place, const std::string& why) {
        rows.push_back({Json(), place.text(), why});
      });
  return rows;
}

const QuestionFormat& format_named(const std::string& name) {
  for (const QuestionFormat& format : question_formats())
    if (format.name == name) return format;
  fail("unknown question format '{}'{}", name, suggestion(name, question_format_names()));
}

const QuestionFormat* format_of(const Json& row) {
  for (const QuestionFormat& format : question_formats())
    for (const std::string& mark : format.marks)
      if (row.is_object() && row.contains(mark)) return &format;
  return nullptr;
}

const QuestionFormat& recognise(const std::vector<Row>& rows) {
  for (const Row& row : rows)
    if (const QuestionFormat* format = format_of(row.value)) return *format;
  const Row& first = rows.front();
  if (!first.problem.empty()) fail("{}: {}; questions are JSON Lines or a JSON array", first.place, first.problem);
  fail(
      "{}: a question was expected, this has {}; ours are {{\"question\", \"answers\", \"choices\"}}, and "
      "--format reads {}",
      first.place, data::keys_of(first.value), fmt::join(question_format_names(), ", "));
}

std::int64_t drop_repeated(std::vector<std::string>& choices) {
  std::vector<std::string> kept;
  for (std::string& choice : choices)
    if (std::find(kept.begin(), kept.end(), choice) == kept.end()) kept.push_back(std::move(choice));
  const auto dropped = std::ssize(choices) - std::ssize(kept);
  choices = std::move(kept);
  return dropped;
}

class Collector {
 public:
  Collector(const QuestionFormat& format, bool skip_bad) : format_(format), skip_bad_(skip_bad) {}

  void add(const Row& row) {
    try {
      if (!row.problem.empty()) fail("{}", row.problem);
      Question question = format_.parse(data::Fields(row.value, ""));
      set_.repeated_choices += drop_repeated(question.choices);
      if (const std::string problem = problem_of(question); !problem.empty()) fail("{}", problem);
      if (!ids_.insert(question.id).second) fail("the id '{}' stands already in a row before", question.id);
      set_.questions.push_back(std::move(question));
    } catch (const Error& error) {
      if (!skip_bad_) fail("{}: {} (--skip-bad leaves such rows out)", row.place, error.what());
      set_.skipped.push_back(fmt::format("{}: {}", row.place, error.what()));
    }
  }

  QuestionSet take() { return std::move(set_); }

 private:
  const QuestionFormat& format_;
  bool skip_bad_;
  QuestionSet set_;
  std::set<std::string> ids_;
};

QuestionSet read_questions(const fs::path& path, const QuestionOptions& options) {
  const std::vector<Row> rows = read_rows(path);
  if (rows.empty()) fail("{}: the file holds no question", path.string());
  Collector collector(options.format.empty() ? recognise(rows) : format_named(options.format), options.skip_bad);
  for (const Row& row : rows) collector.add(row);
  QuestionSet set = collector.take();
  if (set.questions.empty())
    fail("{}: not one of its {} rows is a usable question; the first: {}", path.string(), rows.size(),
         set.skipped.front());
  return set;
}

bool is_facts(const std::string& spec) { return spec == "facts" || spec.starts_with("facts:"); }

QuestionSet load_facts(const std::string& spec) {
  const std::string names = spec == "facts" ? "" : spec.substr(spec.find(':') + 1);
  std::vector<std::string> categories;
  for (const std::string& name : split(names, ','))
    if (!trim(name).empty()) categories.emplace_back(trim(name));
  return {.questions = facts(categories), .skipped = {}};
}

}  // namespace

std::string problem_of(const Question& question) {
  const auto blank = [](const std::string& text) { return trim(text).empty(); };
  const auto right = [&](const std::string& choice) { return is_accepted(choice, question); };
  if (blank(question.id)) return "the question's id is empty";
  if (blank(question.question)) return fmt::format("question '{}' has no text", question.id);
  if (question.answers.empty()) return fmt::format("question '{}' has no answers", question.id);
  if (std::any_of(question.answers.begin(), question.answers.end(), blank))
    return fmt::format("question '{}' has an empty answer", question.id);
  if (question.choices.empty()) return "";
  if (std::any_of(question.choices.begin(), question.choices.end(), blank))
    return fmt::format("question '{}' has an empty choice", question.id);
  if (question.choices.size() < 2) return fmt::format("question '{}' has only one choice", question.id);
  const auto hits = std::count_if(question.choices.begin(), question.choices.end(), right);
  if (hits == 0)
    return fmt::format("question '{}': none of its choices ({}) is an accepted answer ({})", question.id,
                       fmt::join(question.choices, ", "), fmt::join(question.answers, ", "));
  if (hits > 1) return fmt::format("question '{}': {} of its choices are accepted answers", question.id, hits);
  return "";
}

QuestionSet load_questions(const std::string& spec, const QuestionOptions& options) {
  if (is_facts(spec)) return load_facts(spec);
  if (!fs::exists(spec)) fail("no question file '{}' (a file, or facts[:category,..])", spec);
  return read_questions(spec, options);
}

std::vector<Question> draw_questions(std::vector<Question> questions, std::int64_t limit, std::uint64_t seed) {
  const auto key = [&](const Question& question) { return stream_seed(seed, {"question order", question.id}); };
  std::sort(questions.begin(), questions.end(),
            [&](const Question& a, const Question& b) { return std::pair(key(a), a.id) < std::pair(key(b), b.id); });
  if (limit > 0 && limit < std::ssize(questions)) questions.resize(static_cast<size_t>(limit));
  return questions;
}

}  // namespace counterpoint::persuasion
