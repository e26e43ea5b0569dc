#include "counterpoint/report/table.h"

#include "tests/support/support.h"

namespace counterpoint::report {
namespace {

TEST(Table, AlignsByColumnsOnTheScreenNotBytes) {
  Table table({{"name"}, {"n", Align::right}});
  table.add_row({"São Tomé", "5"});
  table.add_row({"東京", "12345"});
  table.add_rule();
  table.add_row({"all", "12350"});
  EXPECT_EQ(table.print({.utf8 = true}),
            "name          n\n"
            "───────────────\n"
            "São Tomé      5\n"
            "東京      12345\n"
            "───────────────\n"
            "all       12350\n");
}

TEST(Table, AsciiRulesAndNoTrailingSpaces) {
  Table table({{"a"}, {"b"}});
  table.add_row({"1", ""});
  EXPECT_EQ(table.print({.utf8 = false}), "a  b\n----\n1\n");
}

TEST(Table, AColumnThatShrinksMakesItFit) {
  Table table({{"id"}, {"question", Align::left, true}, {"n", Align::right}});
  table.add_row({"q1", "What is the capital of France, and why?", "10"});
  EXPECT_EQ(table.print({.width = 26, .utf8 = true}),
            "id  question             n\n"
            "──────────────────────────\n"
            "q1  What is the capit…  10\n");
}

TEST(Table, CellsStayOnTheirLine) {
  Table table({{"text"}});
  table.add_row({"two\nlines\033[2J"});
  EXPECT_EQ(table.print({.utf8 = false}), "text\n-------------\ntwo lines [2J\n");
}

TEST(Table, TitlesAloneAreATable) { EXPECT_EQ(Table({{"a"}}).print({.utf8 = false}), "a\n-\n"); }

}  // namespace
}  // namespace counterpoint::report
