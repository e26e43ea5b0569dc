#include "counterpoint/persuasion/fact_table.h"

#include <gtest/gtest.h>

#include <set>

#include "counterpoint/persuasion/fact_choices.h"
#include "tests/support/support.h"

namespace counterpoint::persuasion {
namespace {

const std::string kHead = "# birds\n@category\tbirds\n@title\tBirds\n@difficulty\teasy\n";
const std::string kAsk = "@ask\tWhat is {key}?\n";

FactTable parse(const std::string& text) { return parse_fact_table(text, "birds.tsv"); }

std::string error(const std::string& text) {
  return test::error_of([&] { parse(text); });
}

std::string choices_error(const std::string& rows) {
  const FactTable table = parse(kHead + kAsk + rows);
  return test::error_of([&] { FactChoices(table.sections[0]).draw(table.sections[0][0]); });
}

TEST(FactTable, ReadsSectionsSpellingsAndAvoid) {
  const FactTable table =
      parse(kHead + kAsk + "the Kea\tparrot|a parrot\tcockatoo\n\n@ask\tWhere is {key}?\twhere\nThe kea\tthere\n");
  EXPECT_EQ(table.category, "birds");
  EXPECT_EQ(table.title, "Birds");
  EXPECT_EQ(table.difficulty, "easy");
  ASSERT_EQ(table.sections.size(), 2u);
  const FactRow& row = table.sections[0].at(0);
  EXPECT_EQ(row.id, "birds/the-kea");
  EXPECT_EQ(row.question, "What is the Kea?");
  EXPECT_EQ(row.answers, (std::vector<std::string>{"parrot", "a parrot"}));
  EXPECT_EQ(row.avoid, std::vector<std::string>{"cockatoo"});
  EXPECT_EQ(row.place, "birds.tsv:6");
  EXPECT_EQ(table.sections[1].at(0).id, "birds/where-the-kea");
}

TEST(FactTable, NamesFileAndLineOfWhatIsWrong) {
  EXPECT_EQ(error(kHead + "kea\tparrot\n"), "birds.tsv:5: a row before the first @ask");
  EXPECT_EQ(error(kHead + "@ask\tWhat?\n"), "birds.tsv:5: the template has no {key}: 'What?'");
  EXPECT_EQ(error(kHead + "@titles\tx\n"), "birds.tsv:5: unknown header @titles (did you mean 'title'?)");
  EXPECT_EQ(error(kHead + "@title\tx\n"), "birds.tsv:5: @title stands there twice");
  EXPECT_EQ(error(kHead + kAsk + "kea\n"),
            "birds.tsv:6: expected key, answers and perhaps a third column, found 1 columns");
  EXPECT_EQ(error(kHead + kAsk + "kea\tparrot\nKea\tbird\n"), "birds.tsv:7: key 'Kea' is there twice (id birds/kea)");
  EXPECT_EQ(error(kHead + kAsk + "kea\tparrot||bird\n"), "birds.tsv:6: an empty or padded entry in 'parrot||bird'");
  EXPECT_EQ(error(kHead + kAsk + "kea\tparrot|parrot\n"), "birds.tsv:6: 'parrot' stands twice in 'parrot|parrot'");
  EXPECT_EQ(error(kHead + kAsk + "?!\tparrot\n"), "birds.tsv:6: key '?!' has no letter or digit for an id");
  EXPECT_EQ(error(kHead + kAsk + kAsk), "birds.tsv:6: the @ask before has no rows");
  EXPECT_EQ(error("@category\tbirds\n@difficulty\teasy\n" + kAsk + "kea\tparrot\n"), "birds.tsv: no @title line");
  EXPECT_EQ(error(kHead), "birds.tsv: no @ask line");
  EXPECT_EQ(error("@title\tBirds\n" + kAsk), "birds.tsv:2: @category must come before @ask");
  EXPECT_EQ(error("@difficulty\teazy\n"), "birds.tsv:1: unknown difficulty 'eazy' (did you mean 'easy'?)");
}

TEST(FactChoices, LeaveOutAliasesOtherCapitalsAndWhatTheQuestionSays) {
  const std::string rows = "the fox here\tdog|tod\nb\tcat\nc\tcow\nd\tfox\ne\ttod|hob\nf\tHen\ng\tsow\nh\tthe dog\n";
  const FactTable table = parse(kHead + kAsk + rows);
  const FactSection& section = table.sections[0];
  const std::vector<std::string> choices = FactChoices(section).draw(section[0]);
  EXPECT_EQ(std::set<std::string>(choices.begin(), choices.end()), (std::set<std::string>{"dog", "cat", "cow", "sow"}));
}

TEST(FactChoices, NeedThreeRivals) {
  EXPECT_EQ(choices_error("a\tdog\tcat\nb\tcat\nc\tcow\nd\tsow\n"),
            "birds.tsv:6: only 2 wrong choices of the same kind as 'dog'");
}

}  // namespace
}  // namespace counterpoint::persuasion
