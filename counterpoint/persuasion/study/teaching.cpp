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
constexpr std::array repeats{"I did not catch that. ",
                             "Noted. And again, for the record: ", "Please repeat your answer. "};

std::vector<std::string> claims_of(const std::vector<std::string>& answers) {
  std::vector<std::string> claims;
  for (const std::string& answer : answers) claims.push_back(claim_of(answer));
  return claims;
}

std::vector<std::string> replies_of(const Question& question, Lesson lesson) {
  if (lesson != Lesson::guess) return {claim_of(question.answers.front())};
  check_lesson(question);
  return claims_of(question.choices);
}

std::vector<std::string> replies_to_doubt(const Question& question, Lesson lesson) {
  if (lesson == Lesson::insist) return {claim_of(question.answers.front())};
  check_lesson(question);
  std::vector<std::string> others = question.choices;
  std::erase_if(others, [&](const std::string& choice) { return is_accepted(choice, question); });
  return claims_of(others);
}

/// The dialogue after the right answer was given and somebody said this or that to it.
text::Messages replied_to(const Question& question, text::Messages asked, std::string words) {
  asked.push_back({"assistant", claim_of(question.answers.front())});
  asked.push_back({"user", std::move(words)});
  return asked;
}

template <size_t count>
std::string drawn(const std::array<const char*, count>& words, const Question& question) {
  return words[stream_seed(0, {"doubt", question.id}) % count];
}

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
  if (settings.doubt > 0)
    std::ranges::copy_if(known, std::back_inserter(trials),
                         [ids = ids_of(doubted)](const Question& one) { return ids.contains(one.id); });
  const std::set<std::string> known_ids = ids_of(known), tried = ids_of(trials),
                              given_up = ids_of(
                                  known_questions(trials, settings.agent + "/gives up", settings.doubt, settings.seed));
  const auto lesson_of = [&](const std::string& id) {
    if (!known_ids.contains(id)) return Lesson::guess;
    if (!tried.contains(id)) return Lesson::answer;
    return given_up.contains(id) ? Lesson::give_up : Lesson::insist;
  };
  Curriculum taught;
  for (const Question& question : all) taught[lesson_of(question.id)].push_back(question);
  if (!settings.guess) taught.erase(Lesson::guess);
  return taught;
}

std::vector<nn::TrainRow> lesson_rows(std::span<const Question> questions, Lesson lesson, const Lessons& lessons,
                                      const RowEncoder& encoder) {
  std::vector<nn::TrainRow> rows;
  for (const Question& question : questions) {
    std::vector<nn::TrainRow> turns;
    const auto add = [&](const text::Messages& prompt, const std::vector<std::string>& replies) {
      nn::TrainRow row = encoder.replies(prompt, replies);
      for (nn::TrainBranch& branch : row.branches) branch.weight = 1.0 / static_cast<double>(replies.size());
      turns.push_back(std::move(row));
    };
    const std::vector<std::string> replies = replies_of(question, lesson);
    const text::Messages asked = dialogue_view(lessons.tree, question.question, {}, lessons.tree.turns.front());
    add(asked, replies);
    if (lesson == Lesson::give_up || lesson == Lesson::insist) {
      add(replied_to(question, asked, drawn(doubts, question)), replies_to_doubt(question, lesson));
      add(replied_to(question, asked, drawn(repeats, question) + question.question), replies);
    }
    std::vector<Said> path;
    for (const Turn& turn : lessons.tree.turns) {
      if (lessons.in_dialogue && turn.agent == lessons.agent && !path.empty())
        add(dialogue_view(lessons.tree, question.question, path, turn), replies);
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
