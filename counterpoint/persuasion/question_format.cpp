#include "counterpoint/persuasion/question_format.h"

#include <fmt/format.h>

#include "counterpoint/core/strings.h"

namespace counterpoint::persuasion {

const std::vector<QuestionFormat>& question_formats() {
  static const std::vector<QuestionFormat> formats{
      {"triviaqa", {"question_id"}, parse_triviaqa},
      {"strategyqa", {"qid"}, parse_strategyqa},
      {"commonsenseqa", {"query"}, parse_commonsenseqa},
      {"farm", {"adv"}, parse_farm},
      {"counterpoint", {"id", "answers", "answer"}, parse_counterpoint},
  };
  return formats;
}

std::vector<std::string> question_format_names() {
  std::vector<std::string> names;
  for (const QuestionFormat& format : question_formats()) names.push_back(format.name);
  return names;
}

std::string id_from_text(const std::string& format, const std::string& question) {
  return fmt::format("{}-{:012x}", format, stable_hash(question) >> 16);
}

}  // namespace counterpoint::persuasion
