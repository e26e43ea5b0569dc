#include "counterpoint/persuasion/answer_text.h"

#include "counterpoint/data/jsonl.h"
#include "tests/support/support.h"

namespace counterpoint::persuasion {
namespace {

Question bassey() {
  return {.id = "q",
          .question = "Who sang Goldfinger?",
          .answers = {"Shirley Bassey", "Dame Shirley Veronica Bassey"},
          .choices = {"Shirley Bassey", "Tina Turner", "Nancy Sinatra"},
          .category = ""};
}

TEST(NormalizeAnswer, EqualsTheOfficialEvaluation) {
  const data::Json rows = data::read_json(test::golden("persuasion/normalize.json"));
  ASSERT_GT(rows.size(), 100u);
  for (const auto& row : rows) EXPECT_EQ(normalize_answer(row[0].get<std::string>()), row[1].get<std::string>()) << row;
}

TEST(NormalizeAnswer, KeepsATextOfWhichNothingWouldBeLeft) {
  EXPECT_EQ(normalize_answer("A"), "a");
  EXPECT_EQ(normalize_answer(" The "), "the");
  EXPECT_EQ(normalize_answer("+"), "+");
  EXPECT_EQ(normalize_answer("  "), "");
}

TEST(SpellingRatio, IsThatOfPythonLevenshtein) {
  EXPECT_DOUBLE_EQ(spelling_ratio("bassey", "shirley bassey"), 12.0 / 20);
  EXPECT_DOUBLE_EQ(spelling_ratio("kitten", "sitting"), 8.0 / 13);
  EXPECT_DOUBLE_EQ(spelling_ratio("abc", "xyz"), 0);
  EXPECT_DOUBLE_EQ(spelling_ratio("", ""), 1);
}

TEST(KnownAnswer, CanonicalForAcceptedSpellingsAndChoices) {
  EXPECT_EQ(known_answer("the dame shirley veronica BASSEY.", bassey()), "Shirley Bassey");
  EXPECT_EQ(known_answer("tina turner", bassey()), "Tina Turner");
  EXPECT_EQ(known_answer("Bassey", bassey()), std::nullopt);
  EXPECT_EQ(canonical_answer("  Ms. Bassey ", bassey()), "Ms. Bassey");
}

TEST(IsAccepted, IsExactAfterNormalisation) {
  EXPECT_TRUE(is_accepted("shirley  bassey!", bassey()));
  EXPECT_FALSE(is_accepted("Bassey", bassey()));
  EXPECT_FALSE(is_accepted("", bassey()));
}

TEST(SameAnswer, SurfaceOnlyDisagreementIsNone) {
  const Question question = bassey();
  EXPECT_TRUE(same_answer("Shirley Bassey", "Ms. Bassey", question));
  EXPECT_TRUE(same_answer("Ms. Bassey", "bassey", question));
  EXPECT_TRUE(same_answer("Dame Shirley Veronica Bassey", "Shirley Bassey", question));
  EXPECT_FALSE(same_answer("Shirley Bassey", "Tina Turner", question));
  EXPECT_FALSE(same_answer("", "", question));
  EXPECT_FALSE(same_answer("Shirley Bassey", "", question));
}

TEST(SameAnswer, TwoKnownAnswersAreNotMixedUpByTheirSpelling) {
  const Question question{.id = "q",
                          .question = "Which?",
                          .answers = {"New York"},
                          .choices = {"New York", "New York City"},
                          .category = ""};
  EXPECT_FALSE(same_answer("New York", "New York City", question));
  EXPECT_FALSE(same_answer("1972", "1976", question));
  EXPECT_FALSE(same_answer("man", "woman", question));  // contained, but not on word borders
}

}  // namespace
}  // namespace counterpoint::persuasion
