#include "counterpoint/persuasion/tree.h"

#include "tests/support/support.h"
#include "tests/support/trees.h"

namespace counterpoint::persuasion {
namespace {

using data::Json;
using test::error_of;
using test::figure_2;

const data::RowPlace place{"trees.jsonl", 3};

TEST(Tree, ScoresAreTheFiguresWorkedExample) {
  Tree tree = figure_2();
  for (Node& node : tree.nodes) node.score = -1;
  score_tree(tree);
  std::vector<double> scores;
  for (const Node& node : tree.nodes) scores.push_back(node.score);
  EXPECT_EQ(scores, (std::vector<double>{4, 3, 0, 3, 1, 0, 1}));
}

TEST(Tree, ScoreCountsTheSpeakerOnly) {
  // B is right at the leaf while A, whose answer stands beside it, is wrong: the leaf counts one, not zero or two.
  Tree tree = test::tree_of("q", "?", {"-1 A Lyon", "0 B Paris+"});
  EXPECT_EQ(tree.nodes[1].score, 1);
  EXPECT_EQ(tree.nodes[0].score, 1);
}

TEST(Tree, ChildrenInOrder) {
  EXPECT_EQ(children_of(figure_2()), (std::vector<std::vector<int>>{{1}, {2, 3}, {}, {4, 5, 6}, {}, {}, {}}));
}

TEST(TreeJson, RoundTripKeepsEverything) {
  Tree tree = figure_2();
  tree.question.choices = {"Paris", "Lyon"};
  tree.question.category = "capitals";
  tree.agents[1].adapter = "adapters/b";
  tree.nodes[0].confidence = 0.75;
  tree.nodes[0].prompt.insert(tree.nodes[0].prompt.begin(), {"system", "Answer\n\"briefly\" \xC3\xA9"});
  const Json row = Json::parse(data::to_line(to_json(tree)));
  const Tree back = tree_from_json(row, place);
  EXPECT_EQ(to_json(back), to_json(tree));
  EXPECT_EQ(back.nodes[0].confidence, 0.75);
  EXPECT_FALSE(back.nodes[1].confidence);
  EXPECT_EQ(back.nodes[0].answers, (std::vector<std::optional<std::string>>{"Paris", std::nullopt}));
  EXPECT_EQ(back.nodes[0].prompt, tree.nodes[0].prompt);
  EXPECT_EQ(back.question.choices, tree.question.choices);
  EXPECT_EQ(back.agents[1].adapter, "adapters/b");
  EXPECT_TRUE(back.nodes[2].agreed);
}

TEST(TreeJson, HasTheDocumentedKeys) {
  const Json row = to_json(figure_2());
  std::vector<std::string> keys, node_keys;
  for (const auto& item : row.items()) keys.push_back(item.key());
  for (const auto& item : row["nodes"][0].items()) node_keys.push_back(item.key());
  EXPECT_EQ(keys, (std::vector<std::string>{"id", "question", "answers", "agents", "settings", "nodes"}));
  EXPECT_EQ(node_keys, (std::vector<std::string>{"id", "parent", "turn", "agent", "role", "text", "answer",
                                                 "confidence", "correct", "score", "answers", "agreed", "prompt"}));
}

TEST(TreeJson, SeveralRoots) {
  const Tree tree = test::tree_of("q", "?", {"-1 A Paris+", "-1 A Lyon", "0 B Lyon", "1 B Paris+"});
  EXPECT_EQ(tree_from_json(to_json(tree), place).nodes[3].parent, 1);
}

/// The message after `change` damaged the figure's tree.
std::string message_after(const std::function<void(Json&)>& change) {
  Json row = to_json(figure_2());
  change(row);
  return error_of([&] { tree_from_json(row, place); });
}

TEST(TreeJson, DamageIsNamedWithItsPlace) {
  EXPECT_EQ(message_after([](Json& row) { row.erase("question"); }), "trees.jsonl:3: 'question' is missing");
  EXPECT_EQ(message_after([](Json& row) { row["nodes"][2].erase("answer"); }),
            "trees.jsonl:3: nodes[2]: 'answer' is missing");
  EXPECT_EQ(message_after([](Json& row) { row["nodes"][2]["correct"] = "yes"; }),
            "trees.jsonl:3: nodes[2]: 'correct' is a string, true or false was expected");
  EXPECT_EQ(message_after([](Json& row) { row["nodes"][2]["confidence"] = "high"; }),
            "trees.jsonl:3: nodes[2]: 'confidence' is a string, a number was expected");
  EXPECT_EQ(message_after([](Json& row) { row["nodes"][1]["prompt"][0]["contents"] = 1; }),
            "trees.jsonl:3: nodes[1].prompt[0]: unknown key 'contents' (did you mean 'content'?)");
  EXPECT_EQ(message_after([](Json& row) { row["agents"][1]["adaptor"] = "x"; }),
            "trees.jsonl:3: agents[1]: unknown key 'adaptor' (did you mean 'adapter'?)");
}

TEST(TreeJson, ShapeIsChecked) {
  EXPECT_EQ(message_after([](Json& row) { row["nodes"][2]["parent"] = 5; }),
            "trees.jsonl:3: nodes[2]: 'parent' is 5; a root has -1, every other node one that stands before it");
  EXPECT_EQ(message_after([](Json& row) { row["nodes"][2]["id"] = 7; }),
            "trees.jsonl:3: nodes[2]: 'id' is 7, 2 was expected");
  EXPECT_EQ(message_after([](Json& row) { row["nodes"][2]["turn"] = 3; }),
            "trees.jsonl:3: nodes[2]: 'turn' is 3, 2 was expected below its parent");
  EXPECT_EQ(message_after([](Json& row) { row["nodes"][0]["agent"] = 2; }),
            "trees.jsonl:3: nodes[0]: 'agent' is 2, but the tree has 2 agents");
  EXPECT_EQ(message_after([](Json& row) { row["nodes"][0]["id"] = 9'000'000'000; }),
            "trees.jsonl:3: nodes[0]: 'id' is 9000000000, out of range");
  EXPECT_EQ(message_after([](Json& row) { row["nodes"][3]["answers"].erase(0); }),
            "trees.jsonl:3: nodes[3]: 'answers' has 1 entries for 2 agents");
  EXPECT_EQ(message_after([](Json& row) { row["nodes"][0]["answer"] = ""; }),
            "trees.jsonl:3: nodes[0]: 'correct' is true without an 'answer'");
  EXPECT_EQ(message_after([](Json& row) { row["nodes"][0]["prompt"] = Json::array(); }),
            "trees.jsonl:3: nodes[0]: 'prompt' is empty");
  EXPECT_EQ(message_after([](Json& row) { row["nodes"] = Json::array(); }), "trees.jsonl:3: 'nodes' is empty");
  EXPECT_EQ(message_after([](Json& row) { row["answers"] = Json::array(); }),
            "trees.jsonl:3: 'answers' is empty, an accepted answer was expected");
  EXPECT_EQ(message_after([](Json& row) { row = Json::array(); }),
            "trees.jsonl:3: an object {..} was expected, this is an array");
}

}  // namespace
}  // namespace counterpoint::persuasion
