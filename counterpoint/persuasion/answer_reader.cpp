#include "counterpoint/persuasion/answer_reader.h"

#include "counterpoint/core/error.h"

namespace counterpoint::persuasion {

std::vector<std::string> answer_modes() { return {"alias", "choices", "model"}; }

std::unique_ptr<AnswerReader> make_answer_reader(const std::string& mode, generate::ChatModel* model) {
  if (mode == "alias") return make_alias_reader();
  if (mode != "choices" && mode != "model") fail("unknown answer mode '{}'{}", mode, suggestion(mode, answer_modes()));
  COUNTERPOINT_ASSERT(model != nullptr);
  if (mode == "model") return make_model_reader(*model);
  if (!model->can_score())
    fail(
        "answer mode 'choices' needs the likelihood of each choice, which {} does not give: read with a local model "
        "(--answer-model) or with --answer-mode model or alias",
        model->name());
  return make_choices_reader(*model);
}

void check_answer_mode(const std::string& mode, const std::vector<Question>& questions) {
  if (mode != "choices") return;
  for (const Question& question : questions)
    if (question.choices.empty())
      fail(
          "answer mode 'choices' cannot read question '{}', which has no choices: use --answer-mode alias, which finds "
          "accepted spellings, or model with an --answer-model that is large enough to read",
          question.id);
}

}  // namespace counterpoint::persuasion
