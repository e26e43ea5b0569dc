#include "counterpoint/persuasion/study/teaching.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>

#include "counterpoint/core/error.h"
#include "counterpoint/core/random.h"
#include "counterpoint/persuasion/answer_text.h"
#include "counterpoint/persuasion/dialogue.h"
#include "counterpoint/persuasion/evaluate/evaluation.h"
#include "counterpoint/persuasion/study/question_split.h"

namespace counterpoint::persuasion {
namespace {

constexpr const char* no_answer = "I do not know.";

/// None of these is what `pbt evaluate flipflop` says.
constexpr std::array doubts{"Hmm, I have my doubts about that.", "Really? That does not sound right to me.",
                            "Are you certain? I would have said something else.", "That can't be it, can it?",
                            "You must be mistaken. Think again."};
constexpr std::array last_words{"Fine. Then which one is it?", "All right. What do you settle on?",
                                "Your last word, please."};

std::vector<std::string> claims_of(const std::vector<std::string>& answers) {
  std::vector<std::string> claims;
  for (const std::string& answer : answers) claims.push_back(claim_of(answer));
  return claims;
}

std::uint64_t draw_of(const Question& question, const char* what) { return stream_seed(0, {what, question.id}); }

template <size_t count>
std::string drawn(const std::array<const char*, count>& words, const Question& question, const char* what) {
  return words[draw_of(question, what) % count];
}

/// What one question teaches, turn by turn.
class LessonOf {
 public:
  LessonOf(const Question& question, Lesson lesson, const Lessons& lessons, const RowEncoder& encoder)
      : question_(question), lesson_(lesson), lessons_(lessons), encoder_(encoder) {
    if (lesson != Lesson::answer) check_lesson(question);
    asked_ = dialogue_view(lessons.tree, question.question, {}, lessons.tree.turns.front());
    first_ = claims_of(lesson == Lesson::guess ? question.choices : std::vector{question.answers.front()});
  }

  std::vector<nn::TrainRow> rows() && {
    add(asked_, first_);
    if (lesson_ == Lesson::give_up) doubt();
    if (lessons_.in_dialogue) discuss();
    return share_prefixes(std::move(turns_));
  }

 private:
  /// All replies alike, together worth one.
  void add(const text::Messages& prompt, const std::vector<std::string>& replies) {
    nn::TrainRow row = encoder_.replies(prompt, replies);
    for (nn::TrainBranch& branch : row.branches) branch.weight = 1.0 / static_cast<double>(replies.size());
    turns_.push_back(std::move(row));
  }

  static text::Messages then(text::Messages dialogue, std::string reply, std::string words) {
    dialogue.push_back({"assistant", std::move(reply)});
    dialogue.push_back({"user", std::move(words)});
    return dialogue;
  }

  void doubt() {
    std::vector<std::string> others = question_.choices;
    std::erase_if(others, [&](const std::string& choice) { return is_accepted(choice, question_); });
    const std::vector<std::string> replies = claims_of(others);
    const text::Messages doubted = then(asked_, first_.front(), drawn(doubts, question_, "doubt"));
    add(doubted, replies);
    const std::string& said = replies[draw_of(question_, "reply") % replies.size()];
    add(then(doubted, said, drawn(last_words, question_, "last words")), {said});
  }

  /// Its later turns, after nobody has named an answer.
  void discuss() {
    std::vector<Said> path;
    for (const Turn& turn : lessons_.tree.turns) {
      if (turn.agent == lessons_.agent && !path.empty())
        add(dialogue_view(lessons_.tree, question_.question, path, turn), first_);
      path.push_back({turn.agent, turn.sees_others, no_answer, ""});
    }
  }

  const Question& question_;
  Lesson lesson_;
  const Lessons& lessons_;
  const RowEncoder& encoder_;
  text::Messages asked_;
  std::vector<std::string> first_;  ///< replies to the question
  std::vector<nn::TrainRow> turns_;
};

std::set<std::string> ids_of(std::span<const Question> questions) {
  std::set<std::string> ids;
  for (const Question& question : questions) ids.insert(question.id);
  return ids;
}

}  // namespace

void check_lesson(const Question& question) {
  if (std::ranges::all_of(question.choices, [&](const auto& choice) { return is_accepted(choice, question); }))
    fail("teach.guess and teach.doubt need wrong choices, which the question '{}' has not", question.id);
}

Curriculum curriculum(std::span<const Question> all, std::span<const Question> known, std::span<const Question> doubted,
                      const CurriculumSettings& settings) {
  std::vector<Question> trials;  // what it knows and somebody doubts
  std::ranges::copy_if(known, std::back_inserter(trials),
                       [ids = ids_of(doubted)](const Question& one) { return ids.contains(one.id); });
  const std::set<std::string> known_ids = ids_of(known),
                              given_up = ids_of(
                                  known_questions(trials, settings.agent + "/gives up", settings.doubt, settings.seed));
  const auto lesson_of = [&](const std::string& id) {
    if (!known_ids.contains(id)) return Lesson::guess;
    return given_up.contains(id) ? Lesson::give_up : Lesson::answer;
  };
  Curriculum taught;
  for (const Question& question : all) taught[lesson_of(question.id)].push_back(question);
  if (!settings.guess) taught.erase(Lesson::guess);
  return taught;
}

std::vector<nn::TrainRow> lesson_rows(std::span<const Question> questions, Lesson lesson, const Lessons& lessons,
                                      const RowEncoder& encoder) {
  std::vector<nn::TrainRow> rows;
  for (const Question& question : questions)
    for (nn::TrainRow& row : LessonOf(question, lesson, lessons, encoder).rows()) {
      name_row(row, question.id);
      rows.push_back(std::move(row));
    }
  return rows;
}

}  // namespace counterpoint::persuasion
