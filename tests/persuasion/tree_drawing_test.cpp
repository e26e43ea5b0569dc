#include "counterpoint/persuasion/tree_drawing.h"

#include "counterpoint/core/strings.h"
#include "tests/support/support.h"
#include "tests/support/trees.h"

namespace counterpoint::persuasion {
namespace {

Tree tree_with_long_text() {
  Tree tree = test::figure_2();
  tree.nodes[2].text = "Ms. Lyon would say so. " + std::string(150, 'x') + " 日本語の長い文章は幅が二倍です。 the end";
  tree.nodes[3].confidence = 0.913;
  return tree;
}

TEST(TreeDrawing, AsciiAsItIs) {
  Tree tree = test::tree_of("q7", "Which city?", {"-1 A Paris+", "0 B Lyon", "1 A/acceptant Lyon", "1 A/resistant ?"});
  tree.nodes[2].confidence = 0.5;
  EXPECT_EQ(draw(tree, {.width = 60, .utf8 = false}), "Question  Which city?  q7\nAccepted  Paris\nAgent A   model-a\nAgent B   model-b\n\n"
            "0 A, right: Paris, score 1\n|  I say Paris (0).\n|\n`- 1 B, wrong: Lyon, score 0\n   |  I say Lyon (1).\n"
            "   |\n   |- 2 A acceptant, wrong: Lyon, 50 % sure, score 0,\n   |     agreed\n   |     I say Lyon (2).\n   |\n"
            "   `- 3 A resistant, no answer read, score 0\n         I say ? (3).\n\nNo pair can be mined from this tree.\n");
}

TEST(TreeDrawing, FitsTheWidth) {
  for (const bool utf8 : {true, false})
    for (const size_t width : {50, 80, 120})
      for (const std::string& line : split(draw(tree_with_long_text(), {.width = width, .utf8 = utf8}), '\n'))
        EXPECT_LE(report::display_width(line), width) << line;
}

TEST(TreeDrawing, ShowsWhoWasRightAndWhatWasMined) {
  const std::string text = draw(tree_with_long_text(), {.width = 100, .utf8 = true});
  for (const char* part :
       {"3 A resistant · ✓ Paris · 91 % sure · score 3  [resist +]",
        "2 A acceptant · ✗ Lyon · score 0 · agreed  [resist -]", "5 B credible · ✗ Lyon · score 0  [accept -]",
        "Pair  accept  B at turn 3: reply 6 over reply 5", "model-b"})
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
}

TEST(TreeDrawing, RepliesCannotDriveTheTerminal) {
  Tree tree = test::figure_2();
  tree.nodes[0].text = "red \033[31malert\007\r now";
  tree.question.question = "\033]0;title\007?";
  tree.nodes[1].answer = "\033[2J";
  const std::string text = draw(tree, {.width = 80, .utf8 = true});
  EXPECT_EQ(text.find_first_of("\033\007\r"), std::string::npos);
}

TEST(TreeDrawing, ColourOnlyWhereWanted) {
  EXPECT_NE(draw(test::figure_2(), {.colour = true}).find("\033[32m"), std::string::npos);
  EXPECT_EQ(draw(test::figure_2(), {.colour = false}).find('\033'), std::string::npos);
}

TEST(TreeDrawing, WithoutPairs) {
  const std::string text = draw(test::tree_of("q", "?", {"-1 A Paris+", "0 B Paris+"}), {});
  EXPECT_NE(text.find("No pair can be mined"), std::string::npos) << text;
}

}  // namespace
}  // namespace counterpoint::persuasion
