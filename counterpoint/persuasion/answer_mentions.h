// Where a reply names the question's answers, and whether it asserts them.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "counterpoint/persuasion/question.h"

namespace counterpoint::persuasion {

/// One spelling of an answer found in a reply.
struct Mention {
  std::string answer;     ///< canonical
  int sentence = 0;       ///< index of its sentence in the reply
  bool denied = false;    ///< "not Paris", "rather than Paris", "Paris is wrong"
  bool declared = false;  ///< stands behind "the answer is" in the same sentence
};

struct Mentions {
  std::vector<Mention> found;            ///< in the order of the reply; the longest spelling wins at each place
  std::vector<bool> sentence_contrasts;  ///< by sentence: it begins with "However", "But", "No", ..
};

/// The accepted spellings and the choices, compared word by word after normalize_answer.
Mentions find_mentions(std::string_view reply, const Question& question);

}  // namespace counterpoint::persuasion
