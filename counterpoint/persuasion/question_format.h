// The kinds of question files that we read. Each turns one JSON row into a Question; its errors name the key, and the
// caller adds file and line.
#pragma once
#include <string>
#include <vector>

#include "counterpoint/data/fields.h"
#include "counterpoint/persuasion/question.h"

namespace counterpoint::persuasion {

/// Ours: {"id", "question", "answers": [..], "choices": [..]?, "category"?}. Other keys are left alone.
Question parse_counterpoint(const data::Fields& row);
/// The row that parse_counterpoint reads; without "choices" and "category" where there are none.
data::Json to_json(const Question& question);

/// TriviaQA: {"question_id", "question", "answer": canonical, "aliases": [..]}, or as Hugging Face's copy has it
/// "answer": {"value", "aliases"}. No choices.
Question parse_triviaqa(const data::Fields& row);

/// StrategyQA: {"qid", "question", "answer": true | false, ..}. Answers and choices are "yes" and "no".
Question parse_strategyqa(const data::Fields& row);

/// CommonsenseQA as a prompt: {"query": "Question: ..\nChoices:\nA. ..\n..\nAnswer:", "choices": [letters], "gold":
/// index}. The choices' texts stand inside the query.
Question parse_commonsenseqa(const data::Fields& row);

/// Farm (Xu et al. 2023): {"question", "answer", "adv": {.., "mcq": [{"text", "score"}]?}}. "answer" true or false is a
/// yes/no question; otherwise the choice with score 1 is the true answer.
Question parse_farm(const data::Fields& row);

struct QuestionFormat {
  std::string name;
  std::vector<std::string> marks;  ///< keys that only this format has: one of them tells it apart
  Question (*parse)(const data::Fields& row);
};

/// Every format, in the order in which their marks are tried.
const std::vector<QuestionFormat>& question_formats();
std::vector<std::string> question_format_names();

/// An id for a source that gives none: the format's name and a hash of the question's text, so that it stays the same
/// when the file is renamed or its rows are reordered.
std::string id_from_text(const std::string& format, const std::string& question);

}  // namespace counterpoint::persuasion
