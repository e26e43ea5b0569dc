#include <algorithm>

#include "counterpoint/persuasion/question_format.h"

namespace counterpoint::persuasion {
namespace {

/// The canonical answer first, then its aliases.
std::vector<std::string> spellings(const std::string& canonical, const std::vector<std::string>& aliases) {
  std::vector<std::string> all{canonical};
  for (const std::string& alias : aliases)
    if (std::find(all.begin(), all.end(), alias) == all.end()) all.push_back(alias);
  return all;
}

std::vector<std::string> read_answers(const data::Fields& row) {
  if (!row.at("answer").is_object()) return spellings(row.text("answer"), row.texts("aliases"));
  const data::Fields answer(row.at("answer"), row.where("answer"));
  return spellings(answer.text("value"), answer.texts("aliases"));
}

}  // namespace

Question parse_triviaqa(const data::Fields& row) {
  return {.id = row.text("question_id"),
          .question = row.text("question"),
          .answers = read_answers(row),
          .choices = {},
          .category = ""};
}

}  // namespace counterpoint::persuasion
