#include "counterpoint/persuasion/train/sft_rows.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>

#include "counterpoint/core/error.h"
#include "counterpoint/data/fields.h"
#include "counterpoint/data/first_row.h"
#include "counterpoint/persuasion/dialogue.h"
#include "counterpoint/persuasion/question_files.h"
#include "counterpoint/persuasion/question_format.h"
#include "counterpoint/persuasion/train/preference_rows.h"
#include "counterpoint/text/message_json.h"

namespace counterpoint::persuasion {
namespace {
namespace fs = std::filesystem;
using data::Fields;

/// A prompt and the reply to it.
nn::TrainRow exchange(const RowEncoder& encoder, const text::Messages& prompt, const std::string& reply) {
  return encoder.replies(prompt, std::array{reply});
}

nn::TrainRow completion_row(const Fields& row, const RowEncoder& encoder) {
  if (row.at("prompt").is_string()) return encoder.completions(row.text("prompt"), std::array{row.text("completion")});
  const text::Messages prompt = text::messages_from_json(row.list("prompt"), "prompt");
  const text::Messages completion = text::messages_from_json(row.list("completion"), "completion");
  if (prompt.empty()) fail("'prompt' has no messages");
  if (completion.size() != 1 || completion[0].role != "assistant")
    fail("'completion' holds something else than one message of the assistant");
  return exchange(encoder, prompt, completion[0].content);
}

nn::TrainRow chosen_row(const data::Json& row, const RowEncoder& encoder) {
  const PreferenceText pair = parse_preference(row);
  if (pair.prompt.empty()) return encoder.completions(pair.plain_prompt, std::array{pair.chosen});
  return exchange(encoder, pair.prompt, pair.chosen);
}

bool has_any(const data::Json& row, std::initializer_list<const char*> keys) {
  return std::any_of(keys.begin(), keys.end(), [&](const char* key) { return row.contains(key); });
}

/// " (did you mean 'messages'?)" where a key of the row is nearly right.
std::string likely_key(const data::Json& row) {
  const std::vector<std::string> known{"messages", "prompt", "completion", "chosen", "rejected", "question", "answers"};
  for (const auto& item : row.items())
    if (const std::string near = nearest_name(item.key(), known); !near.empty() && near != item.key())
      return fmt::format(" (did you mean '{}'?)", near);
  return "";
}

std::vector<nn::TrainRow> dialogue_rows(const data::Json& json, const RowEncoder& encoder) {
  const Fields row(json, "");
  if (row.has("messages")) return encoder.conversation(text::messages_from_json(row.list("messages"), "messages"));
  if (row.has("completion")) return {completion_row(row, encoder)};
  if (row.has("chosen")) return {chosen_row(json, encoder)};
  fail(
      "\"messages\", \"prompt\" and \"completion\", \"chosen\" and \"rejected\", or a question was expected, this "
      "has {}{}",
      data::keys_of(json), likely_key(json));
}

/// Told by the first row that is JSON. A JSON array over several lines has none; only questions come as one.
bool holds_questions(const fs::path& path) {
  const std::optional<data::Json> first = data::first_row(path);
  if (!first) return fs::file_size(path) > 0;
  if (first->is_array()) return true;
  if (has_any(*first, {"messages", "completion", "chosen"})) return false;
  const auto& formats = question_formats();
  return std::any_of(formats.begin(), formats.end(), [&](const QuestionFormat& format) {
    return std::any_of(format.marks.begin(), format.marks.end(), [&](const auto& key) { return first->contains(key); });
  });
}

/// Takes in the rows of one place.
void finish(std::vector<nn::TrainRow> rows, const std::string& place, std::int64_t max_length, SftRows& out) {
  for (nn::TrainRow& row : rows)
    if (finish_row(row, place, max_length, out.report)) out.rows.push_back(std::move(row));
}

SftRows load_dialogues(const fs::path& path, const RowEncoder& encoder, const SftOptions& options) {
  SftRows out;
  read_rows(path, options.skip_bad, out.report, [&](const data::Json& row, const std::string& place) {
    finish(dialogue_rows(row, encoder), place, options.max_length, out);
  });
  return out;
}

SftRows load_answers(const std::string& spec, const RowEncoder& encoder, const SftOptions& options) {
  QuestionSet set = load_questions(spec, {.format = "", .skip_bad = options.skip_bad});
  SftRows out = sft_rows_of(set.questions, encoder, options);
  out.report.rows += std::ssize(set.skipped);
  out.report.bad = std::move(set.skipped);
  return out;
}

}  // namespace

SftRows load_sft_rows(const std::string& spec, const RowEncoder& encoder, const SftOptions& options) {
  const bool is_file = fs::exists(spec);
  if (!is_file && !spec.starts_with("facts"))
    fail("no file '{}' of rows for fine-tuning (a file, or facts[:category,..])", spec);
  SftRows out =
      is_file && !holds_questions(spec) ? load_dialogues(spec, encoder, options) : load_answers(spec, encoder, options);
  refuse_empty(spec, out.rows.size(), out.report);
  return out;
}

SftRows sft_rows_of(std::span<const Question> questions, const RowEncoder& encoder, const SftOptions& options) {
  SftRows out;
  for (const Question& question : questions) {
    const text::Messages prompt = dialogue_view(options.config, question.question, {}, Turn{});
    finish({exchange(encoder, prompt, question.answers.front())}, question.id, options.max_length, out);
  }
  out.report.rows = std::ssize(questions);
  return out;
}

}  // namespace counterpoint::persuasion
