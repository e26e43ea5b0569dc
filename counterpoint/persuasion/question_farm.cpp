#include "counterpoint/persuasion/question_format.h"

#include <fmt/format.h>

namespace counterpoint::persuasion {
namespace {

constexpr std::int64_t true_answer = 1;  // 2 marks the target of the misinformation, 0 any other wrong choice

void read_choices(const data::Json& mcq, const std::string& where, Question& question) {
  for (size_t i = 0; i < mcq.size(); ++i) {
    const data::Fields choice(mcq[i], fmt::format("{}[{}]", where, i));
    question.choices.push_back(choice.text("text"));
    if (choice.whole("score") == true_answer) question.answers.push_back(question.choices.back());
  }
}

}  // namespace

Question parse_farm(const data::Fields& row) {
  Question question;
  question.question = row.text("question");
  question.id = id_from_text("farm", question.question);
  if (row.at("answer").is_boolean()) {
    question.answers = {row.flag("answer") ? "yes" : "no"};
    question.choices = {"yes", "no"};
    return question;
  }
  const data::Fields adv(row.object("adv"), row.where("adv"));
  if (adv.has("mcq")) read_choices(adv.list("mcq"), adv.where("mcq"), question);
  question.answers.push_back(row.text("answer"));
  return question;
}

}  // namespace counterpoint::persuasion
