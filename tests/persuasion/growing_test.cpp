// Growing trees with models whose every word is known.
#include <algorithm>
#include <set>

#include "counterpoint/core/random.h"
#include "counterpoint/persuasion/forest.h"
#include "tests/support/scripted_model.h"
#include "tests/support/support.h"

namespace counterpoint::persuasion {
namespace {

using test::said;
using test::ScriptedModel;

Question question_of(const std::string& id) {
  return {.id = id,
          .question = "Capital of " + id + "?",
          .answers = {"Paris", "City of Paris"},
          .choices = {"Paris", "Lyon", "Nice", "Lille"},
          .category = ""};
}

bool holds(const text::Messages& messages, const std::string& text) {
  return std::any_of(messages.begin(), messages.end(),
                     [&](const text::Message& m) { return m.content.find(text) != std::string::npos; });
}

/// Two agents with a model each, so that a test sees who was asked what.
class Growing : public testing::Test {
 protected:
  using Reply = ScriptedModel::Reply;

  void agents(Reply a, Reply b) {
    models.clear();
    models.push_back(std::make_unique<ScriptedModel>(std::move(a)));
    models.push_back(std::make_unique<ScriptedModel>(std::move(b)));
    reader = make_alias_reader();
    speakers = {{{"A", "model-a", ""}, models[0].get(), reader.get()},
                {{"B", "model-b", ""}, models[1].get(), reader.get()}};
  }

  std::vector<Tree> grow(const std::vector<std::string>& ids) {
    std::vector<Question> questions;
    for (const std::string& id : ids) questions.push_back(question_of(id));
    std::vector<Tree> trees;
    ProgressSink silent;
    result = grow_forest(
        questions, speakers, settings, [&](const Tree& tree) { trees.push_back(tree); },
        [&](const Question& question, const std::string& why) { failures.push_back(question.id + ": " + why); },
        silent);
    std::sort(trees.begin(), trees.end(), [](const Tree& x, const Tree& y) { return x.question.id < y.question.id; });
    return trees;
  }

  std::vector<std::unique_ptr<ScriptedModel>> models;
  std::unique_ptr<AnswerReader> reader;
  std::vector<Speaker> speakers;
  ForestSettings settings;
  ForestResult result;
  std::vector<std::string> failures;
};

generate::ChatReply always_paris(const generate::ChatRequest&) { return said("It is Paris."); }
generate::ChatReply always_lyon(const generate::ChatRequest&) { return said("It is Lyon."); }

TEST_F(Growing, Figure2HasTenNodes) {
  agents(always_paris, always_lyon);
  const Tree tree = grow({"France"}).at(0);
  ASSERT_EQ(tree.nodes.size(), 10u);
  EXPECT_EQ(result.grown, 1);
  std::vector<std::string> shape;
  for (const Node& node : tree.nodes)
    shape.push_back(std::to_string(node.parent) + tree.agents[node.agent].name + node.role);
  EXPECT_EQ(shape, (std::vector<std::string>{"-1A", "0B", "1Aacceptant", "1Aresistant", "2Bemotional", "2Bcredible",
                                             "2Blogical", "3Bemotional", "3Bcredible", "3Blogical"}));
  EXPECT_EQ(tree.nodes[0].score, 3);  // A alone is right: 1 + 0 + 1 + 1
  EXPECT_EQ(tree.nodes[3].answers, (std::vector<std::optional<std::string>>{"Paris", "Lyon"}));
  EXPECT_EQ(tree.nodes[0].answers, (std::vector<std::optional<std::string>>{"Paris", std::nullopt}));
}

TEST_F(Growing, ABranchEndsWhenAllAgree) {
  agents(
      [](const generate::ChatRequest& request) {
        return holds(request.messages, "knows far more") ? said("You are right, Lyon.") : said("It is Paris.");
      },
      always_lyon);
  const Tree tree = grow({"France"}).at(0);
  ASSERT_EQ(tree.nodes.size(), 7u);
  EXPECT_TRUE(tree.nodes[2].agreed);
  EXPECT_FALSE(tree.nodes[2].correct);
  for (const Node& node : tree.nodes) EXPECT_NE(node.parent, 2);
  EXPECT_EQ(tree.nodes[0].score, 2);
}

TEST_F(Growing, AgentsThatAgreeAtOnceHaveNothingToDiscuss) {
  agents(always_paris, [](const auto&) { return said("The City of Paris."); });
  const Tree tree = grow({"France"}).at(0);
  ASSERT_EQ(tree.nodes.size(), 2u);
  EXPECT_TRUE(tree.nodes[1].agreed);
  EXPECT_EQ(tree.nodes[1].answer, "Paris");
}

TEST_F(Growing, NoAnswerIsNoAgreement) {
  agents([](const auto&) { return said("Who knows."); }, [](const auto&) { return said("Not me."); });
  const Tree tree = grow({"France"}).at(0);
  EXPECT_EQ(tree.nodes.size(), 10u);
  EXPECT_EQ(tree.nodes[0].answer, "");
  EXPECT_EQ(tree.nodes[0].score, 0);
}

TEST_F(Growing, EachAgentSeesItsOwnSideAndPromptsHaveNoRole) {
  agents(
      [](const auto& request) {
        return said(request.messages.size() > 2 ? "Paris indeed (a2)." : "It is Paris (a0).");
      },
      [](const auto& request) { return said(request.messages.size() > 2 ? "Lyon indeed (b3)." : "It is Lyon (b1)."); });
  const Tree tree = grow({"France"}).at(0);
  const text::Messages& a2 = tree.nodes[3].prompt;
  ASSERT_EQ(a2.size(), 4u);
  EXPECT_EQ(a2[2], (text::Message{"assistant", "It is Paris (a0)."}));
  EXPECT_EQ(a2[3].role, "user");
  EXPECT_NE(a2[3].content.find("It is Lyon (b1)."), std::string::npos);
  const text::Messages& b1 = tree.nodes[1].prompt;
  EXPECT_FALSE(holds(b1, "a0"));
  const text::Messages& b3 = tree.nodes[7].prompt;
  EXPECT_EQ(b3[2], (text::Message{"assistant", "It is Lyon (b1)."}));
  EXPECT_TRUE(holds(b3, "(a0)") && holds(b3, "(a2)"));
  EXPECT_EQ(tree.nodes[2].prompt, tree.nodes[3].prompt);  // siblings: what a preference pair needs
  EXPECT_EQ(tree.nodes[7].prompt, tree.nodes[9].prompt);
  for (const auto& [name, role] : settings.grow.config.roles) {
    for (const Node& node : tree.nodes) EXPECT_FALSE(holds(node.prompt, role.instruction)) << name;
    const auto asked = [&](const auto& model) {
      return std::any_of(model->chats.begin(), model->chats.end(),
                         [&](const auto& chat) { return chat.messages.back().content.ends_with(role.instruction); });
    };
    EXPECT_TRUE(asked(models[0]) || asked(models[1])) << name;
  }
}

TEST_F(Growing, OpeningsAreFilledWithTheAnswersSoFar) {
  const auto continued = [](const std::string& free) {
    return [free](const generate::ChatRequest& request) {
      return said(request.opening.empty() ? free : request.opening + ", I think.");
    };
  };
  agents(continued("It is Paris."), continued("It is Lyon."));
  settings.grow.openings = true;
  const Tree tree = grow({"France"}).at(0);
  ASSERT_EQ(tree.nodes.size(), 7u);  // the acceptant one gave in
  EXPECT_EQ(tree.nodes[2].text, "You are right, it is Lyon, I think.");
  EXPECT_EQ(tree.nodes[3].text, "I still say Paris, I think.");
  EXPECT_EQ(tree.nodes[6].text, "The facts speak for Lyon, I think.");
  EXPECT_EQ(models[0]->chats[0].opening, "");
}

/// Says one of four cities, drawn from the request's own stream as a real model would.
generate::ChatReply drawn(const generate::ChatRequest& request) {
  RandomStream stream(request.stream);
  const char* cities[] = {"Paris", "Lyon", "Nice", "Lille"};
  return said(std::string("I would say ") + cities[stream.below(4)] + ".");
}

std::string text_of(const std::vector<Tree>& trees) {
  std::string text;
  for (const Tree& tree : trees) text += data::to_line(to_json(tree)) + "\n";
  return text;
}

TEST_F(Growing, ATreeIsTheSameAloneAndInABatchInAnyOrder) {
  const std::vector<std::string> ids{"a", "b", "c", "d", "e", "f", "g", "h"};
  std::string alone;
  for (const std::string& id : ids) {
    agents(drawn, drawn);
    alone += text_of(grow({id}));
  }
  agents(drawn, drawn);
  EXPECT_EQ(text_of(grow(ids)), alone);
  agents(drawn, drawn);
  for (const auto& model : models) {
    model->newest_first = true;
    model->per_step = 1;
  }
  settings.trees_in_flight = 3;
  EXPECT_EQ(text_of(grow({"h", "g", "f", "e", "d", "c", "b", "a"})), alone);
  settings.grow.seed = 13;
  agents(drawn, drawn);
  EXPECT_NE(text_of(grow(ids)), alone);
}

TEST_F(Growing, EveryReplyHasItsOwnStream) {
  agents(always_paris, always_lyon);
  settings.grow.config.turns[2].samples = 2;
  const Tree tree = grow({"France"}).at(0);
  EXPECT_EQ(tree.nodes.size(), 2u + 4 + 12);
  std::set<std::uint64_t> streams;
  for (const auto& model : models)
    for (const auto& chat : model->chats) streams.insert(chat.stream);
  EXPECT_EQ(streams.size(), tree.nodes.size());
}

TEST_F(Growing, BothAgentsMayShareOneModel) {
  agents(drawn, drawn);
  speakers[1].model = speakers[0].model;
  EXPECT_EQ(grow({"a", "b"}).size(), 2u);
}

TEST_F(Growing, ThreeAgentsAndMoreTurnsByTheSameCode) {
  settings.grow.config = tree_config_from_json(
      data::Json::parse(R"({"name": "three", "turns": [{"agent": "A"}, {"agent": "B"}, {"agent": 2}, {"agent": "A"},
                            {"agent": "C"}, {"agent": "B", "samples": 2}]})"),
      "three");
  agents(always_paris, always_lyon);
  models.push_back(std::make_unique<ScriptedModel>([](const auto&) { return said("It is Nice."); }));
  speakers.push_back({{"C", "model-c", ""}, models[2].get(), reader.get()});
  const Tree tree = grow({"France"}).at(0);
  ASSERT_EQ(tree.nodes.size(), 7u);
  EXPECT_EQ(tree.nodes[4].answers, (std::vector<std::optional<std::string>>{"Paris", "Lyon", "Nice"}));
  EXPECT_TRUE(holds(tree.nodes[3].prompt, "It is Lyon.") && holds(tree.nodes[3].prompt, "It is Nice."));
}

TEST_F(Growing, AnAnswerInOtherWordsTakesTheKnownSpelling) {
  agents(always_paris, always_lyon);
  // What a few-shot reader extracts need not be a known spelling; the alias reader would never give it.
  ScriptedModel extractor([](const generate::ChatRequest& request) {
    const std::string& prompt = request.messages.back().content;
    return said(prompt.ends_with("It is Paris.\nAnswer:") ? "Paris" : "Saint Paris");
  });
  const auto by_model = make_model_reader(extractor);
  for (Speaker& speaker : speakers) speaker.reader = by_model.get();
  const Tree tree = grow({"France"}).at(0);
  ASSERT_EQ(tree.nodes.size(), 2u);
  EXPECT_EQ(tree.nodes[1].answer, "Paris");
  EXPECT_TRUE(tree.nodes[1].correct && tree.nodes[1].agreed);
}

TEST_F(Growing, AFailedReplyFailsItsTreeOnly) {
  agents(always_paris, [](const generate::ChatRequest& request) {
    const bool broken = holds(request.messages, "Capital of b?") && holds(request.messages, "sound reasoning");
    return broken ? test::unsaid("HTTP 500") : said("It is Lyon.");
  });
  const auto trees = grow({"a", "b", "c"});
  EXPECT_EQ(trees.size(), 2u);
  EXPECT_EQ(result.failed, 1);
  ASSERT_EQ(failures.size(), 1u);
  EXPECT_TRUE(failures[0].starts_with("b: agent B at A#0/B#0/A.")) << failures[0];
  EXPECT_TRUE(failures[0].ends_with(": HTTP 500")) << failures[0];
}

TEST_F(Growing, ABlankReplyFailsItsTree) {
  agents(always_paris, [](const generate::ChatRequest& request) {
    return holds(request.messages, "Capital of b?") ? said("") : said("It is Lyon.");
  });
  EXPECT_EQ(grow({"a", "b"}).size(), 1u);
  ASSERT_EQ(failures.size(), 1u);
  EXPECT_TRUE(failures[0].ends_with(": the reply is blank")) << failures[0];
}

TEST_F(Growing, AWishToStopIsHeard) {
  agents(always_paris, always_lyon);
  int rounds = 0;
  settings.stop = [&] { return ++rounds > 4; };
  grow({"a", "b", "c"});
  EXPECT_TRUE(result.interrupted);
  EXPECT_LT(result.grown, 3);
}

}  // namespace
}  // namespace counterpoint::persuasion
