#include "counterpoint/core/error.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/persuasion/question_format.h"

namespace counterpoint::persuasion {
namespace {

constexpr std::string_view question_mark = "Question: ";

std::string question_of(const std::vector<std::string>& lines) {
  if (!lines.front().starts_with(question_mark)) fail("'query' does not begin with \"{}\"", question_mark);
  return std::string(trim(std::string_view(lines.front()).substr(question_mark.size())));
}

/// The text behind "A. " in the query's lines.
std::string choice_of(const std::vector<std::string>& lines, const std::string& letter) {
  const std::string head = letter + ". ";
  for (const std::string& line : lines)
    if (line.starts_with(head)) return std::string(trim(std::string_view(line).substr(head.size())));
  fail("'query' has no line \"{}..\" though 'choices' names it", head);
}

}  // namespace

Question parse_commonsenseqa(const data::Fields& row) {
  const std::vector<std::string> lines = split(row.text("query"), '\n');
  const std::vector<std::string> letters = row.texts("choices");
  const auto gold = row.whole("gold");
  if (gold < 0 || gold >= std::ssize(letters))
    row.wrong("gold", fmt::format("is {}, 'choices' has {}", gold, letters.size()));
  Question question;
  question.question = question_of(lines);
  for (const std::string& letter : letters) question.choices.push_back(choice_of(lines, letter));
  question.answers = {question.choices[static_cast<size_t>(gold)]};
  question.id = id_from_text("commonsenseqa", row.text("query"));
  return question;
}

}  // namespace counterpoint::persuasion
