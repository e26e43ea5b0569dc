// Questions from files: one JSON row a line, or one JSON array.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "counterpoint/persuasion/question.h"

namespace counterpoint::persuasion {

struct QuestionOptions {
  std::string format;     ///< a name of question_format_names(); "" = told apart by the first row's keys
  bool skip_bad = false;  ///< count and report bad rows instead of failing at the first
};

struct QuestionSet {
  std::vector<Question> questions;
  std::vector<std::string> skipped;   ///< "file:line: why", one for each bad row that --skip-bad left out
  std::int64_t repeated_choices = 0;  ///< choices that stood twice in one question and were dropped
};

/// `spec`: a file, or "facts", "facts:capitals,currencies" for the set that comes with the program.
/// Error: no such file, format or category; a bad row; no question left.
QuestionSet load_questions(const std::string& spec, const QuestionOptions& options = {});

/// What makes a question unusable, "" if nothing: no text, no answer, choices without the answer, ..
std::string problem_of(const Question& question);

/// `limit` questions (0 = all) in an order drawn by `seed`: a smaller limit gives the beginning of a larger one's.
std::vector<Question> draw_questions(std::vector<Question> questions, std::int64_t limit, std::uint64_t seed);

}  // namespace counterpoint::persuasion
