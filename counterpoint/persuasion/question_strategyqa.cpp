#include "counterpoint/persuasion/question_format.h"

namespace counterpoint::persuasion {

Question parse_strategyqa(const data::Fields& row) {
  return {.id = row.text("qid"),
          .question = row.text("question"),
          .answers = {row.flag("answer") ? "yes" : "no"},
          .choices = {"yes", "no"},
          .category = ""};
}

}  // namespace counterpoint::persuasion
