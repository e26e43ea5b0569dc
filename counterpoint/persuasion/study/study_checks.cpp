#include "counterpoint/persuasion/study/study_checks.h"

#include <algorithm>

#include "counterpoint/core/error.h"
#include "counterpoint/persuasion/answer_reader.h"
#include "counterpoint/persuasion/evaluate/misinformation.h"

namespace counterpoint::persuasion {
namespace {

bool is_run(const StudyConfig& config, const char* evaluation) {
  return std::find(config.evaluations.begin(), config.evaluations.end(), evaluation) != config.evaluations.end();
}

}  // namespace

void check_study_questions(const StudyConfig& config, const std::vector<Question>& questions) {
  check_answer_mode(config.answer_mode, questions);
  if (!is_run(config, "misinformation")) return;
  if (!config.farm.empty()) {
    load_farm(config.farm);
    return;
  }
  try {
    misled(questions, config.seed);
  } catch (const Error& error) {
    fail("evaluate.run: misinformation: {}; name Farm's file with evaluate.farm, or leave misinformation out",
         error.what());
  }
}

bool partner_speaks(const std::string& evaluation, const StudyConfig& config, const std::vector<Question>& questions) {
  if (evaluation == "debate") return true;
  if (evaluation == "misinformation") return config.farm.empty();
  return evaluation == "acceptance" && std::any_of(questions.begin(), questions.end(), [](const Question& question) {
           return question.choices.size() < 2;
         });
}

}  // namespace counterpoint::persuasion
