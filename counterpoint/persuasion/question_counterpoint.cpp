#include "counterpoint/persuasion/question_format.h"

namespace counterpoint::persuasion {
namespace {

std::string id_of(const data::Fields& row, const std::string& question) {
  if (!row.has("id")) return id_from_text("question", question);
  return row.at("id").is_number_integer() ? std::to_string(row.whole("id")) : row.text("id");
}

}  // namespace

Question parse_counterpoint(const data::Fields& row) {
  Question question;
  question.question = row.text("question");
  question.id = id_of(row, question.question);
  const bool one_answer = row.has("answer") && !row.has("answers");
  question.answers = one_answer ? std::vector{row.text("answer")} : row.texts("answers");
  if (row.has("choices")) question.choices = row.texts("choices");
  if (row.has("category")) question.category = row.text("category");
  return question;
}

data::Json to_json(const Question& question) {
  data::Json out{{"id", question.id}, {"question", question.question}, {"answers", question.answers}};
  if (!question.choices.empty()) out["choices"] = question.choices;
  if (!question.category.empty()) out["category"] = question.category;
  return out;
}

}  // namespace counterpoint::persuasion
