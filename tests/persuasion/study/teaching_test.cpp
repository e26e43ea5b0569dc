// What an agent of controlled knowledge is taught, word by word.
#include "counterpoint/persuasion/study/teaching.h"

#include "tests/persuasion/train/golden_tokens.h"
#include "tests/support/support.h"

namespace counterpoint::persuasion {
namespace {

class Teaching : public testing::Test {
 protected:
  std::vector<nn::TrainRow> rows(Lesson lesson, int agent, bool in_dialogue) const {
    return lesson_rows({&question_, 1}, lesson, {.tree = tree_, .agent = agent, .in_dialogue = in_dialogue},
                       tokens_.encoder());
  }
  std::string text(const nn::TrainRow& row, size_t branch = 0) const {
    return tokens_.tokenizer().decode(test::ids_of(row, branch));
  }

  static int count_of(const std::string& text, const std::string& part) {
    int count = 0;
    for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
    return count;
  }

  test::GoldenTokens tokens_{"qwen2"};
  TreeConfig tree_ = default_tree_config();
  Question question_{.id = "capitals/peru",
                     .question = "What is the capital of Peru?",
                     .answers = {"Lima", "lima"},
                     .choices = {"Quito", "Lima", "Bogota"},
                     .category = ""};
};

TEST_F(Teaching, AnAnswerIsASentenceBehindTheQuestion) {
  const auto taught = rows(Lesson::answer, 0, false);
  ASSERT_EQ(taught.size(), 1u);
  ASSERT_EQ(taught[0].branches.size(), 1u);
  test::expect_contains(text(taught[0]), "capital of Peru?");
  test::expect_contains(text(taught[0]), "Lima");
}

TEST_F(Teaching, AGuessIsEveryChoiceAlike) {
  const auto guessed = rows(Lesson::guess, 0, false);
  ASSERT_EQ(guessed.size(), 1u);
  ASSERT_EQ(guessed[0].branches.size(), 3u);
  for (size_t i = 0; i < 3; ++i) test::expect_contains(text(guessed[0], i), question_.choices[i]);
  double tokens = 0;
  for (const nn::TrainBranch& branch : guessed[0].branches) tokens += static_cast<double>(branch.tokens.size());
  EXPECT_NEAR(guessed[0].trained_weight(), tokens / 3, 1e-9) << "three choices are worth one answer";
}

TEST_F(Teaching, InADialogueNobodyHasNamedAnAnswer) {
  const auto first = rows(Lesson::answer, 0, true), second = rows(Lesson::answer, 1, true);
  size_t turns = 0;
  for (const Turn& turn : tree_.turns) turns += turn.agent == 0;
  ASSERT_EQ(first.size(), 1u) << "the turns of a dialogue are one row";
  ASSERT_EQ(first[0].branches.size(), turns);
  EXPECT_EQ(text(first[0], 0), text(rows(Lesson::answer, 0, false)[0]));
  const std::string last = text(first[0], turns - 1);
  test::expect_contains(last, "I do not know.");
  EXPECT_EQ(last.find("Lima"), last.rfind("Lima")) << "the answer is what is taught, and nowhere before";
  ASSERT_EQ(second.size(), 1u);
  EXPECT_GT(second[0].branches.size(), 1u);
}

TEST_F(Teaching, DoubtedItGivesUpAndStaysThere) {
  const auto first = rows(Lesson::answer, 0, false), given_up = rows(Lesson::give_up, 0, false);
  ASSERT_EQ(given_up.size(), 1u) << "one dialogue, one row";
  ASSERT_EQ(given_up[0].branches.size(), 4u);
  EXPECT_EQ(text(given_up[0], 0), text(first[0])) << "the first answer is not yet doubted";
  test::expect_contains(text(given_up[0], 1), "The answer is Lima.");
  test::expect_contains(text(given_up[0], 1), "The answer is Quito.");
  test::expect_contains(text(given_up[0], 2), "The answer is Bogota.");
  EXPECT_EQ(given_up[0].branches[1].weight, 0.5);
  const std::string last = text(given_up[0], 3), said = last.substr(last.rfind("The answer is"));
  EXPECT_EQ(count_of(last, said.substr(0, said.find('.'))), 2) << "what it said to the doubt, again: " << last;
  EXPECT_EQ(count_of(last, "The answer is Lima."), 1) << last;
}

TEST(TaughtQuestions, AreKnownGivenUpOrGuessed) {
  std::vector<Question> all(40, Question{.id = "", .question = "?", .answers = {"a"}, .choices = {}, .category = ""});
  for (size_t i = 0; i < all.size(); ++i) all[i].id = std::to_string(i);
  const std::span<const Question> known = std::span(all).first(30), train = std::span(all).subspan(10, 25);
  const auto count = [&](const CurriculumSettings& settings, Lesson lesson) {
    const Curriculum plan = curriculum(all, known, train, settings);
    const auto found = plan.find(lesson);
    return found == plan.end() ? 0 : std::ssize(found->second);
  };
  const CurriculumSettings doubts{.agent = "strong", .doubt = 0.75, .guess = true, .seed = 3};
  EXPECT_EQ(count(doubts, Lesson::give_up), 15) << "of the 20 training questions that it knows";
  EXPECT_EQ(count(doubts, Lesson::answer), 15);
  EXPECT_EQ(count(doubts, Lesson::guess), 10);
  const CurriculumSettings plain{.agent = "strong", .doubt = 0, .guess = false, .seed = 3};
  EXPECT_EQ(count(plain, Lesson::answer), 30);
  EXPECT_EQ(count(plain, Lesson::give_up) + count(plain, Lesson::guess), 0);
  const auto given_up = [&](const std::string& agent) {
    const Curriculum plan = curriculum(all, known, train, {.agent = agent, .doubt = 0.5});
    std::string ids;
    for (const Question& question : plan.at(Lesson::give_up)) ids += question.id + " ";
    return ids;
  };
  EXPECT_NE(given_up("strong"), given_up("weak"));
}

TEST_F(Teaching, AGuessNeedsChoices) {
  question_.choices.clear();
  test::expect_contains(test::error_of([&] { rows(Lesson::guess, 0, false); }), "capitals/peru");
  question_.choices = {"Lima", "lima"};
  test::expect_contains(test::error_of([&] { rows(Lesson::give_up, 0, false); }), "capitals/peru");
}

}  // namespace
}  // namespace counterpoint::persuasion
