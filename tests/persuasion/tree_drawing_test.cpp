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
  EXPECT_EQ(draw(tree, {.width = 52, .utf8 = false}),
            "Question  Which city?  q7\n"
            "Accepted  Paris\n"
            "Agent A   model-a\n"
            "Agent B   model-b\n"
            "\n"
            "#0 A, turn 0, right: Paris, score 1\n"
            "|  I say Paris (0).\n"
            "|\n"
            "`- #1 B, turn 1, wrong: Lyon, score 0\n"
            "   |  I say Lyon (1).\n"
            "   |\n"
            "   |- #2 A acceptant, turn 2, wrong: Lyon 50 %,\n"
            "   |     score 0, agreed\n"
            "   |     I say Lyon (2).\n"
            "   |\n"
            "   `- #3 A resistant, turn 2, no answer read,\n"
            "         score 0\n"
            "         I say ? (3).\n"
            "\n"
            "No pair can be mined from this tree.\n");
}

TEST(TreeDrawing, FitsTheWidth) {
  for (const bool utf8 : {true, false})
    for (const size_t width : {50, 80, 120})
      for (const std::string& line : split(draw(tree_with_long_text(), {.width = width, .utf8 = utf8}), '\n'))
        EXPECT_LE(report::display_width(line), width) << line;
}

TEST(TreeDrawing, ShowsWhoWasRightAndWhatWasMined) {
  const std::string text = draw(tree_with_long_text(), {.width = 100, .utf8 = true});
  for (const char* part : {"#3 A resistant · turn 2 · ✓ Paris 91 % · score 3  resist:chosen",
                           "#2 A acceptant · turn 2 · ✗ Lyon · score 0 · agreed  resist:rejected",
                           "#5 B credible · turn 3 · ✗ Lyon · score 0  accept:rejected",
                           "Pair  accept  B at turn 3: #6 over #5", "model-b"})
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
}

TEST(TreeDrawing, LongModelNamesKeepTheirEnd) {
  Tree tree = test::figure_2();
  tree.agents[0].model = std::string(90, 'x') + "/SmolLM2.gguf";
  const std::string text = draw(tree, {.width = 80, .utf8 = true});
  EXPECT_NE(text.find("Agent A   …/SmolLM2.gguf\n"), std::string::npos) << text;
  EXPECT_NE(draw(tree, {.width = 120}).find(tree.agents[0].model), std::string::npos);
}

TEST(TreeDrawing, BlankLinesOfRepliesAreLeftOut) {
  Tree tree = test::figure_2();
  tree.nodes[2].text = "one\n\n \ntwo\n";
  const std::string text = draw(tree, {.utf8 = false});
  EXPECT_NE(text.find("     one\n   |     two\n"), std::string::npos) << text;
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
