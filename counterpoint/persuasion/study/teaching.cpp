#include "counterpoint/persuasion/study/teaching.h"

#include "counterpoint/core/error.h"
#include "counterpoint/persuasion/dialogue.h"
#include "counterpoint/persuasion/evaluate/evaluation.h"

namespace counterpoint::persuasion {
namespace {

constexpr const char* no_answer = "I do not know.";

std::vector<std::string> replies_of(const Question& question, Lesson lesson) {
  if (lesson == Lesson::answer) return {claim_of(question.answers.front())};
  if (question.choices.empty()) fail("teach.guess: the question '{}' has no choices to guess among", question.id);
  std::vector<std::string> replies;
  for (const std::string& choice : question.choices) replies.push_back(claim_of(choice));
  return replies;
}

}  // namespace

std::vector<nn::TrainRow> lesson_rows(std::span<const Question> questions, Lesson lesson, const Lessons& lessons,
                                      const RowEncoder& encoder) {
  std::vector<nn::TrainRow> rows;
  for (const Question& question : questions) {
    const std::vector<std::string> replies = replies_of(question, lesson);
    std::vector<nn::TrainRow> turns;
    const auto add = [&](std::span<const Said> path, const Turn& turn) {
      nn::TrainRow row = encoder.replies(dialogue_view(lessons.tree, question.question, path, turn), replies);
      for (nn::TrainBranch& branch : row.branches) branch.weight = 1.0 / static_cast<double>(replies.size());
      turns.push_back(std::move(row));
    };
    add({}, lessons.tree.turns.front());
    std::vector<Said> path;
    for (const Turn& turn : lessons.tree.turns) {
      if (lessons.in_dialogue && turn.agent == lessons.agent && !path.empty()) add(path, turn);
      path.push_back({turn.agent, turn.sees_others, no_answer, ""});
    }
    for (nn::TrainRow& row : share_prefixes(std::move(turns))) {
      name_row(row, question.id);
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

}  // namespace counterpoint::persuasion
