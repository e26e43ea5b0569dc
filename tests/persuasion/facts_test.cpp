#include "counterpoint/persuasion/facts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "counterpoint/core/error.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/persuasion/answer_text.h"
#include "counterpoint/persuasion/fact_table.h"
#include "tests/support/support.h"

namespace counterpoint::persuasion {
namespace {

const std::vector<Question>& all() {
  static const std::vector<Question> questions = facts();
  return questions;
}

std::set<std::string> normalized(const std::vector<std::string>& texts) {
  std::set<std::string> out;
  for (const std::string& text : texts) out.insert(normalize_answer(text));
  return out;
}

bool holds_words(const std::string& text, const std::string& words) {
  return (" " + normalize_answer(text) + " ").find(" " + normalize_answer(words) + " ") != std::string::npos;
}

/// Which kinds of letters begin the words: capital, digit, small (short small words inside a name aside).
std::set<char> first_letters(const std::string& text) {
  std::set<char> kinds;
  for (const std::string& word : split(text, ' ')) {
    const char kind = std::isupper(word[0]) != 0 ? 'A' : std::isdigit(word[0]) != 0 ? '0' : 'a';
    if (kind != 'a' || kinds.empty() || word.size() > 3) kinds.insert(kind);
  }
  return kinds;
}

/// How often the right answer is first in `order` among its question's choices; equals share.
template <class Less, class Questions>
double share_first(const Questions& questions, Less less) {
  double sum = 0;
  for (const Question& q : questions) {
    const std::string& right = q.answers.front();
    if (std::any_of(q.choices.begin(), q.choices.end(), [&](const auto& c) { return less(c, right); })) continue;
    sum += 1.0 / static_cast<double>(
                     std::count_if(q.choices.begin(), q.choices.end(), [&](const auto& c) { return !less(right, c); }));
  }
  return sum / static_cast<double>(questions.size());
}

TEST(Facts, AreManyInManyCategoriesOfAllDifficulties) {
  const std::vector<FactCategory> categories = fact_categories();
  EXPECT_GE(all().size(), 1200u);
  EXPECT_GE(categories.size(), 12u);
  std::map<std::string, size_t> counted;
  for (const Question& q : all()) ++counted[q.category];
  std::map<std::string, int> difficulties;
  for (const FactCategory& category : categories) {
    EXPECT_EQ(category.count, counted[category.id]) << category.id;
    EXPECT_GE(category.count, 20u) << category.id;
    ++difficulties[category.difficulty];
  }
  EXPECT_EQ(counted.size(), categories.size());
  for (const char* difficulty : {"easy", "medium", "hard"}) EXPECT_GE(difficulties[difficulty], 4) << difficulty;
}

TEST(Facts, HaveOneRightAndThreeWrongChoicesOfOneKind) {
  for (const Question& q : all()) {
    ASSERT_EQ(q.choices.size(), 4u) << q.id;
    EXPECT_EQ(normalized(q.choices).size(), 4u) << q.id;
    EXPECT_EQ(std::count(q.choices.begin(), q.choices.end(), q.answers.front()), 1) << q.id;
    const std::set<std::string> accepted = normalized(q.answers);
    int right = 0;
    for (const std::string& choice : q.choices) {
      right += accepted.count(normalize_answer(choice)) > 0 ? 1 : 0;
      EXPECT_EQ(first_letters(choice), first_letters(q.answers.front())) << q.id << ": " << choice;
    }
    EXPECT_EQ(right, 1) << q.id;
  }
}

TEST(Facts, NeverShowWhatTheQuestionSays) {
  for (const Question& q : all())
    for (const std::string& choice : q.choices) EXPECT_FALSE(holds_words(q.question, choice)) << q.id << ": " << choice;
}

TEST(Facts, NeverOfferAnAnswerThatCouldPassForRight) {
  std::map<std::string, const Question*> by_id;
  for (const Question& q : all()) by_id[q.id] = &q;
  for (const FactTableText& text : embedded_fact_tables()) {
    for (const FactSection& section : parse_fact_table(text.text, text.file).sections) {
      std::set<std::string> canonical;
      for (const FactRow& row : section) canonical.insert(row.answers.front());
      for (const FactRow& row : section)
        for (const std::string& avoid : row.avoid) {
          EXPECT_EQ(canonical.count(avoid), 1u) << row.place << ": '" << avoid << "' is no answer of this section";
          const std::vector<std::string>& choices = by_id.at(row.id)->choices;
          EXPECT_EQ(std::count(choices.begin(), choices.end(), avoid), 0) << row.place << ": " << avoid;
        }
    }
  }
}

TEST(Facts, AskEachQuestionOnce) {
  std::set<std::string> ids, texts;
  for (const Question& q : all()) {
    EXPECT_TRUE(ids.insert(q.id).second) << q.id;
    EXPECT_TRUE(texts.insert(normalize_answer(q.question)).second) << q.question;
    EXPECT_EQ(q.id.rfind(q.category + "/", 0), 0u) << q.id;
    EXPECT_EQ(q.question.find('{'), std::string::npos) << q.question;
    EXPECT_EQ(q.question.back(), '?') << q.id;
  }
}

TEST(Facts, CannotBeGuessedByPlaceLengthOrSize) {
  std::array<int, 4> places{};
  std::vector<Question> numeric;
  for (const Question& q : all()) {
    const auto place = std::find(q.choices.begin(), q.choices.end(), q.answers.front()) - q.choices.begin();
    ++places[static_cast<size_t>(place)];
    if (std::isdigit(q.answers.front()[0]) != 0) numeric.push_back(q);
  }
  for (const int count : places) EXPECT_NEAR(count / static_cast<double>(all().size()), 0.25, 0.03);

  const auto shorter = [](const std::string& a, const std::string& b) { return a.size() < b.size(); };
  const auto longer = [&](const std::string& a, const std::string& b) { return shorter(b, a); };
  EXPECT_NEAR(share_first(all(), shorter), 0.25, 0.05);
  EXPECT_NEAR(share_first(all(), longer), 0.25, 0.05);

  ASSERT_GE(numeric.size(), 100u);
  const auto smaller = [](const std::string& a, const std::string& b) { return std::stoi(a) < std::stoi(b); };
  const auto larger = [&](const std::string& a, const std::string& b) { return smaller(b, a); };
  EXPECT_NEAR(share_first(numeric, smaller), 0.25, 0.05);
  EXPECT_NEAR(share_first(numeric, larger), 0.25, 0.05);
}

TEST(Facts, OfferYearsFromTheSameTimes) {
  for (const Question& q : facts({"years"}))
    for (const std::string& choice : q.choices)
      EXPECT_LE(std::abs(std::stoi(choice) - std::stoi(q.answers.front())), 460) << q.id;
}

/// Every question, answer and choice in order. It changes when a table does: then runs made before have other
/// questions, so that the change belongs in the changelog.
TEST(Facts, AreTheSameInEveryRun) {
  std::string text;
  for (const Question& q : all()) {
    text += q.id + "\n" + q.question + "\n";
    for (const std::string& answer : q.answers) text += answer + "|";
    for (const std::string& choice : q.choices) text += "\n" + choice;
  }
  EXPECT_EQ(fmt::format("{:016x} of {}", stable_hash(text), all().size()), "73df549d9d72517d of 2641");
}

TEST(Facts, OfSomeCategoriesAreTheSameQuestions) {
  std::vector<Question> expected;
  for (const Question& q : all())
    if (q.category == "capitals" || q.category == "units") expected.push_back(q);
  const std::vector<Question> some = facts({"units", "capitals", "units"});
  ASSERT_EQ(some.size(), expected.size());
  for (size_t i = 0; i < some.size(); ++i) {
    EXPECT_EQ(some[i].id, expected[i].id);
    EXPECT_EQ(some[i].choices, expected[i].choices);
  }
  EXPECT_EQ(some.front().id, "capitals/france");
  EXPECT_EQ(some.front().question, "What is the capital of France?");
  EXPECT_EQ(some.front().answers, std::vector<std::string>{"Paris"});
}

TEST(Facts, OfAnUnknownCategoryNameTheNearest) {
  const std::string message = test::error_of([] { facts({"capitols"}); });
  EXPECT_NE(message.find("no category 'capitols' (did you mean 'capitals'?)"), std::string::npos) << message;
}

}  // namespace
}  // namespace counterpoint::persuasion
