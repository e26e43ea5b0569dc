#include "counterpoint/report/tree_view.h"

#include "tests/support/support.h"

namespace counterpoint::report {
namespace {

std::vector<std::string> wrapped(const Styled& text, size_t width) {
  std::vector<std::string> lines;
  for (const Styled& line : wrap(text, width)) lines.push_back(render(line, {}));
  return lines;
}

using Lines = std::vector<std::string>;

TEST(Wrap, AtSpaces) {
  EXPECT_EQ(wrapped({{"the quick brown fox"}}, 9), (Lines{"the quick", "brown fox"}));
  EXPECT_EQ(wrapped({{"the quick brown fox"}}, 10), (Lines{"the quick", "brown fox"}));
  EXPECT_EQ(wrapped({{"the quick brown fox"}}, 8), (Lines{"the", "quick", "brown", "fox"}));
  EXPECT_EQ(wrapped({{"one"}}, 80), (Lines{"one"}));
  EXPECT_EQ(wrapped({{""}}, 80), (Lines{}));
}

TEST(Wrap, InsideAWordThatIsTooLong) {
  EXPECT_EQ(wrapped({{"abcdefghij"}}, 4), (Lines{"abcd", "efgh", "ij"}));
  EXPECT_EQ(wrapped({{"日本語"}}, 3), (Lines{"日", "本", "語"}));
  EXPECT_EQ(wrapped({{"日"}}, 1), (Lines{"日"}));
}

TEST(Wrap, NewlinesAndControlCharacters) {
  EXPECT_EQ(wrapped({{"a\n\nb\tc"}}, 80), (Lines{"a", "", "b c"}));
  EXPECT_EQ(wrapped({{"a\033[31m"}}, 80), (Lines{"a [31m"}));
  EXPECT_EQ(wrapped({{"a\xC2\x9B"
                      "31m"}},
                    80),
            (Lines{"a 31m"}));  // the one-byte form of ESC [
}

TEST(Wrap, ColoursGoOnInTheNextLine) {
  const std::vector<Styled> lines = wrap({{"plain "}, {"red words", Colour::red}}, 9);
  ASSERT_EQ(lines.size(), 2u);
  const Terminal colour{.colour = true};
  EXPECT_EQ(render(lines[0], colour), "plain \033[31mred\033[0m");
  EXPECT_EQ(render(lines[1], colour), "\033[31mwords\033[0m");
}

const Branch tree{
    .head = {{"root"}},
    .body = {{"said something long"}},
    .children = {
        {.head = {{"first"}}, .body = {{"a b"}}, .children = {{.head = {{"leaf"}}, .body = {}, .children = {}}}},
        {.head = {{"last"}}, .body = {{"c"}}, .children = {}}}};

TEST(TreeView, BranchLines) {
  EXPECT_EQ(draw_tree(tree, {.width = 80, .utf8 = true}),
            "root\n"
            "│  said something long\n"
            "│\n"
            "├─ first\n"
            "│  │  a b\n"
            "│  │\n"
            "│  └─ leaf\n"
            "│\n"
            "└─ last\n"
            "      c\n");
}

TEST(TreeView, Ascii) {
  EXPECT_EQ(draw_tree(tree.children[0], {.width = 80, .utf8 = false}),
            "first\n"
            "|  a b\n"
            "|\n"
            "`- leaf\n");
}

TEST(TreeView, DeepTreesKeepRoomForText) {
  Branch deep{.head = {{"bottom"}}, .body = {{std::string(40, 'x')}}, .children = {}};
  for (int i = 0; i < 40; ++i) deep = {.head = {{"level"}}, .body = {}, .children = {deep}};
  const std::string text = draw_tree(deep, {.width = 60, .utf8 = false});
  EXPECT_NE(text.find(" " + std::string(24, 'x') + "\n"), std::string::npos);
}

}  // namespace
}  // namespace counterpoint::report
