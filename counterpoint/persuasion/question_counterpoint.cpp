#include "counterpoint/persuasion/question_format.h"

namespace counterpoint::persuasion {

Question parse_counterpoint(const data::Fields& row) {
  Question question;
  question.id = row.text("id");
  question.question = row.text("question");
  question.answers = row.texts("answers");
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
