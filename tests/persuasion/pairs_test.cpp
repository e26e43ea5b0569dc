#include "counterpoint/persuasion/pairs.h"

#include "tests/support/support.h"
#include "tests/support/trees.h"

namespace counterpoint::persuasion {
namespace {

using test::figure_2;
using test::tree_of;

/// "resist A2 3>2": kind, speaker and turn, chosen and rejected node; "!" where the chosen score is not the higher.
std::vector<std::string> shown(const TreePairs& mined) {
  std::vector<std::string> out;
  for (const Pair& p : mined.pairs)
    out.push_back(fmt::format("{} {}{} {}>{}{}", name_of(p.kind), p.agent, p.turn, p.node_chosen, p.node_rejected,
                              p.higher_score ? "" : "!"));
  return out;
}

using Shown = std::vector<std::string>;

/// Checks that all siblings are accounted for and returns the one count that is not zero as "reason count".
std::string dropped(const TreePairs& mined) {
  std::string out;
  std::int64_t sum = 0;
  for (size_t i = 0; i < no_pair_reasons; ++i) {
    sum += mined.dropped[i];
    if (mined.dropped[i] > 0) out += fmt::format("{} {};", name_of(static_cast<NoPair>(i)), mined.dropped[i]);
  }
  EXPECT_EQ(sum + std::ssize(mined.pairs), mined.siblings);
  return out;
}

TEST(Pairs, FigureTwoGivesAResistPairOfAAndAcceptPairsOfB) {
  const TreePairs mined = mine_tree(figure_2());
  EXPECT_EQ(shown(mined), (Shown{"resist A2 3>2", "accept B3 4>5", "accept B3 6>5"}));
  EXPECT_EQ(mined.siblings, 4);
  EXPECT_EQ(dropped(mined), "both_right 1;");
}

TEST(Pairs, TextsAndPromptAreTheNodesOwn) {
  const Tree tree = figure_2();
  const Pair pair = mine_tree(tree).pairs.front();
  EXPECT_EQ(pair.prompt, tree.nodes[2].prompt);
  EXPECT_EQ(pair.chosen, tree.nodes[3].text);
  EXPECT_EQ(pair.rejected, tree.nodes[2].text);
  EXPECT_EQ(pair.question_id, "q1");
}

TEST(Pairs, TurnTwoAcceptPairHasTheLowerScore) {
  // The agreeing leaf is worth one; the wrong reply that resists collects three correct children.
  const Tree tree = tree_of("q", "?",
                            {"-1 A Lyon", "0 B Paris+", "1 A/acceptant Paris+", "1 A/resistant Lyon",
                             "3 B/emotional Paris+", "3 B/credible Paris+", "3 B/logical Paris+"});
  const TreePairs mined = mine_tree(tree);
  EXPECT_EQ(shown(mined), (Shown{"accept A2 2>3!"}));
  EXPECT_EQ(dropped(mined), "both_right 3;");
}

TEST(Pairs, PreviousAnswerIsTheSpeakersOwn) {
  // The parent, B, is right; A itself was wrong: for A this is accepting. With swapped slots it would be resisting.
  EXPECT_EQ(shown(mine_tree(tree_of("q", "?", {"-1 A Lyon", "0 B Paris+", "1 A Paris+", "1 A Lyon"}))),
            (Shown{"accept A2 2>3"}));
  EXPECT_EQ(shown(mine_tree(tree_of("q", "?", {"-1 A Paris+", "0 B Lyon", "1 A Paris+", "1 A Lyon"}))),
            (Shown{"resist A2 2>3"}));
}

TEST(Pairs, PreviousAnswerIsTheLatestThatCouldBeRead) {
  // A: right, then unreadable; what it stands by is still the right answer.
  const Tree tree = tree_of("q", "?", {"-1 A Paris+", "0 B Lyon", "1 A ?", "2 B Lyon", "3 A Paris+", "3 A Lyon"});
  EXPECT_EQ(shown(mine_tree(tree)), (Shown{"resist A4 4>5"}));
  // A: right, then it gave in; now a right answer is accepting, though the root was right.
  const Tree given_in =
      tree_of("q", "?", {"-1 A Paris+", "0 B Lyon", "1 A Nice", "2 B Paris+", "3 A Paris+", "3 A Nice"});
  EXPECT_EQ(shown(mine_tree(given_in)), (Shown{"accept A4 4>5"}));
}

TEST(Pairs, EveryRightReplyWithEveryWrongOne) {
  const Tree tree = tree_of("q", "?", {"-1 A Paris+", "0 B Lyon", "1 A Paris+", "1 A Paris+", "1 A Lyon", "1 A Nice"});
  const TreePairs mined = mine_tree(tree);
  EXPECT_EQ(shown(mined), (Shown{"resist A2 2>4", "resist A2 2>5", "resist A2 3>4", "resist A2 3>5"}));
  EXPECT_EQ(dropped(mined), "both_right 1;both_wrong 1;");
}

TEST(Pairs, UnreadableAnswersNeverFormPairs) {
  const TreePairs mined = mine_tree(tree_of("q", "?", {"-1 A Paris+", "0 B Lyon", "1 A Paris+", "1 A ?"}));
  EXPECT_TRUE(mined.pairs.empty());
  EXPECT_EQ(dropped(mined), "no_answer 1;");
}

TEST(Pairs, ARightAnswerThatNobodyOfferedIsNotAccepted) {
  const TreePairs mined = mine_tree(tree_of("q", "?", {"-1 A Nice", "0 B Lyon", "1 A Paris+", "1 A Nice"}));
  EXPECT_TRUE(mined.pairs.empty());
  EXPECT_EQ(dropped(mined), "not_offered 1;");
}

TEST(Pairs, FirstAnswersHaveNothingToResist) {
  const TreePairs mined = mine_tree(tree_of("q", "?", {"-1 A Paris+", "0 B Lyon", "0 B Paris+"}));
  EXPECT_EQ(dropped(mined), "first_answer 1;");
}

TEST(Pairs, SiblingsMustShareSpeakerAndPrompt) {
  Tree tree = tree_of("q", "?", {"-1 A Paris+", "0 B Lyon", "1 A Paris+", "1 A Lyon", "1 B Lyon"});
  EXPECT_EQ(dropped(mine_tree(tree)), "other_prompt 2;");
  tree.nodes[3].prompt.back().content += " Never change your answer!";
  EXPECT_EQ(dropped(mine_tree(tree)), "other_prompt 3;");
}

TEST(Pairs, EqualTextsAreDropped) {
  Tree tree = tree_of("q", "?", {"-1 A Paris+", "0 B Lyon", "1 A Paris+", "1 A Lyon"});
  tree.nodes[3].text = tree.nodes[2].text;
  EXPECT_EQ(dropped(mine_tree(tree)), "same_text 1;");
}

TEST(Pairs, RowIsTrlsConversationalPreferenceForm) {
  const Pair pair = mine_tree(figure_2()).pairs.front();
  const data::Json row = to_json(pair);
  std::vector<std::string> keys;
  for (const auto& item : row.items()) keys.push_back(item.key());
  EXPECT_EQ(keys, (std::vector<std::string>{"prompt", "chosen", "rejected", "kind", "question_id", "node_chosen",
                                            "node_rejected", "agent", "turn"}));
  EXPECT_EQ(row["prompt"].dump(),
            R"([{"role":"user","content":"What is the capital of France?"},{"role":"user","content":"reply to 1A"}])");
  EXPECT_EQ(row["chosen"].dump(), R"([{"role":"assistant","content":"I say Paris (3)."}])");
  EXPECT_EQ(row["rejected"].dump(), R"([{"role":"assistant","content":"I say Lyon (2)."}])");
  EXPECT_EQ(row["kind"], "resist");
  EXPECT_EQ(row["node_chosen"], 3);
  EXPECT_EQ(row["agent"], "A");
}

TEST(Pairs, RowsAreReadBack) {
  const data::Json row = to_json(mine_tree(figure_2()).pairs.front());
  const data::RowPlace place{"train.jsonl", 3};
  EXPECT_EQ(to_json(pair_from_json(row, place)), row);
  data::Json other = row;
  other["kind"] = "neither";
  EXPECT_EQ(test::error_of([&] { pair_from_json(other, place); }),
            "train.jsonl:3: 'kind' is 'neither', resist or accept was expected");
  other = row;
  other["chosen"] = data::Json::array();
  test::expect_contains(test::error_of([&] { pair_from_json(other, place); }), "'chosen' has 0 messages");
}

}  // namespace
}  // namespace counterpoint::persuasion
