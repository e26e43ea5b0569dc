// The question set that comes with the program: tables of facts, compiled in, each row a question with four choices.
#pragma once
#include <string>
#include <vector>

#include "counterpoint/persuasion/question.h"

namespace counterpoint::persuasion {

struct FactCategory {
  std::string id;          ///< "capitals": what `facts:capitals` names, and the beginning of its questions' ids
  std::string title;       ///< "Capitals of well-known countries"
  std::string difficulty;  ///< "easy", "medium" or "hard", as a person would say before any model is asked
  size_t count = 0;        ///< questions
};

/// All categories by id.
std::vector<FactCategory> fact_categories();

/// The questions of these categories (empty: of all), by category and then in table order; a category that is named
/// twice counts once. Each has four choices: its canonical answer among three wrong ones of the same kind. Ids
/// ("capitals/france"), choices and their order are the same in every run and on every machine.
/// Error: an unknown category, with the one that was probably meant.
std::vector<Question> facts(const std::vector<std::string>& categories = {});

}  // namespace counterpoint::persuasion
