#include "counterpoint/persuasion/tree_config.h"

#include "counterpoint/persuasion/dialogue.h"
#include "counterpoint/persuasion/reply_text.h"
#include "tests/support/scripted_model.h"
#include "tests/support/support.h"

namespace counterpoint::persuasion {
namespace {

using data::Json;

Json shipped() { return Json::parse(default_tree_config_text()); }

std::string error(const Json& json) {
  return test::error_of([&] { tree_config_from_json(json, "tree.json"); });
}

TEST(TreeConfig, TheShippedOneIsThePapersFigure2) {
  const TreeConfig config = default_tree_config();
  EXPECT_EQ(config.agent_count(), 2);
  EXPECT_EQ(config.most_nodes(), 10);
  EXPECT_FALSE(config.turns[1].sees_others);
  EXPECT_EQ(config.turns[2].roles, (std::vector<std::string>{"acceptant", "resistant"}));
  EXPECT_EQ(config.turns[3].roles, (std::vector<std::string>{"emotional", "credible", "logical"}));
}

TEST(TreeConfig, ErrorsNameFileKeyAndTheNearestName) {
  Json json = shipped();
  json["turns"][2]["roles"][0] = "acceptent";
  EXPECT_EQ(error(json), "tree.json: turns[2].roles: unknown role 'acceptent' (did you mean 'acceptant'?)");
  json = shipped();
  json["turns"][2]["roles"][1] = json["turns"][2]["roles"][0];
  EXPECT_NE(error(json).find("stands twice"), std::string::npos) << error(json);
  json = shipped();
  json["turn"] = 1;
  EXPECT_EQ(error(json), "tree.json: unknown key 'turn' (did you mean 'turns'?)");
  json = shipped();
  json["turns"][0]["sample"] = 1;
  EXPECT_EQ(error(json), "tree.json: turns[0]: unknown key 'sample' (did you mean 'samples'?)");
  json = shipped();
  json["turns"] = Json::array();
  EXPECT_EQ(error(json), "tree.json: 'turns' is empty, a turn at least was expected");
  for (const std::int64_t samples : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{65}, std::int64_t{1} << 40}) {
    json = shipped();
    json["turns"][3]["samples"] = samples;
    EXPECT_NE(error(json).find("tree.json: turns[3]: 'samples' is"), std::string::npos);
  }
  json = shipped();
  json["turns"][0]["agent"] = "a";
  EXPECT_NE(error(json).find("turns[0]: 'agent' is \"a\""), std::string::npos);
  json = shipped();
  json["role_in"] = "sistem";
  EXPECT_EQ(error(json), "tree.json: 'role_in' is 'sistem' (did you mean 'system'?)");
  json = shipped();
  json["roles"]["resistant"]["opening"] = "I say {mine}";
  EXPECT_NE(error(json).find("roles.resistant: 'opening'"), std::string::npos);
}

TEST(TreeConfig, AnAgentDoesNotAnswerItself) {
  Json json = shipped();
  json["turns"][1]["agent"] = "A";
  EXPECT_NE(error(json).find("turns[1]: agent A spoke before and would see nothing new"), std::string::npos);
  json = shipped();
  json["turns"][2]["sees_others"] = false;
  EXPECT_NE(error(json).find("turns[2]: agent A spoke before"), std::string::npos);
}

TEST(TreeConfig, AnotherConfigHasAnotherHash) {
  Json json = shipped();
  json["tail"] = "Be brief.";
  EXPECT_NE(tree_config_from_json(json, "x").hash(), default_tree_config().hash());
  EXPECT_EQ(tree_config_from_json(shipped(), "y").hash(), default_tree_config().hash());
}

class DialogueView : public testing::Test {
 protected:
  DialogueView() {
    Json json = shipped();
    json["head"] = "HEAD";
    json["tail"] = "TAIL";
    json["other"] = "Other: {reply}";
    json["ask"] = "ASK";
    config = tree_config_from_json(json, "x");
  }
  TreeConfig config;
  const std::vector<Said> path{{0, true, "a0", "Paris"}, {1, false, "b1", "Lyon"}, {0, true, "a2", "Rome"}};
};

TEST_F(DialogueView, OfTheFirstSpeaker) {
  EXPECT_EQ(dialogue_view(config, "Q?", {}, config.turns[0]),
            (text::Messages{{"system", "HEAD TAIL"}, {"user", "Q?"}}));
  EXPECT_EQ(
      dialogue_view(config, "Q?", std::span(path).first(2), config.turns[2]),
      (text::Messages{{"system", "HEAD TAIL"}, {"user", "Q?"}, {"assistant", "a0"}, {"user", "Other: b1\n\nASK"}}));
}

TEST_F(DialogueView, OfTheOtherWhoFirstSpokeUnseeing) {
  EXPECT_EQ(dialogue_view(config, "Q?", std::span(path).first(1), config.turns[1]),
            (text::Messages{{"system", "HEAD TAIL"}, {"user", "Q?"}}));
  EXPECT_EQ(
      dialogue_view(config, "Q?", path, config.turns[3]),
      (text::Messages{
          {"system", "HEAD TAIL"}, {"user", "Q?"}, {"assistant", "b1"}, {"user", "Other: a0\n\nOther: a2\n\nASK"}}));
}

TEST_F(DialogueView, WithoutASystemMessage) {
  config.head_in = HeadIn::first_user;
  EXPECT_EQ(dialogue_view(config, "Q?", {}, config.turns[0]), (text::Messages{{"user", "HEAD TAIL\n\nQ?"}}));
}

TEST_F(DialogueView, TheRoleStandsLastOrInTheSystemMessage) {
  const auto plain = dialogue_view(config, "Q?", std::span(path).first(2), config.turns[2]);
  const Role role{.instruction = "RESIST", .opening = ""};
  auto last = with_role(plain, config, role);
  EXPECT_EQ(last.back().content, "Other: b1\n\nASK\n\nRESIST");
  last.back() = plain.back();
  EXPECT_EQ(last, plain);
  config.role_in = RoleIn::system;
  EXPECT_EQ(with_role(plain, config, role).front().content, "HEAD RESIST TAIL");
}

TEST_F(DialogueView, AnswersOfOthersAndOpenings) {
  EXPECT_EQ(answer_of_other(path, config.turns[3]), "Rome");
  EXPECT_EQ(answer_of_other(std::span(path).first(1), config.turns[1]), std::nullopt);
  const Role role{.instruction = "", .opening = "Not {other}, {own}"};
  EXPECT_EQ(filled_opening(role, "Lyon", "Rome"), "Not Rome, Lyon");
  EXPECT_EQ(filled_opening(role, std::nullopt, "Rome"), "");
  EXPECT_EQ(filled_opening(role, "", "Rome"), "");
}

generate::ChatReply cut(const std::string& text) {
  generate::ChatReply reply = test::said(text);
  reply.stopped = false;
  return reply;
}

TEST(CleanReply, LosesItsUnfinishedSentenceOnlyWhenItWasCut) {
  EXPECT_EQ(clean_reply(cut("It is Paris. It lies on the")), "It is Paris.");
  EXPECT_EQ(clean_reply(test::said("It is Paris. Or so")), "It is Paris. Or so");
  EXPECT_EQ(clean_reply(cut("It has no end")), "It has no end");
  EXPECT_EQ(clean_reply(cut("He said \"Paris!\" and then")), "He said \"Paris!\"");
  EXPECT_EQ(clean_reply(cut("It weighs 3.5 kilograms")), "It weighs 3.5 kilograms");
  EXPECT_EQ(clean_reply(cut("I still say St. Helena and not"), "I still say St. Helena"),
            "I still say St. Helena and not");
}

TEST(CleanReply, LeakedHeaders) {
  EXPECT_EQ(clean_reply(test::said("assistant\n\nIt is Paris.")), "It is Paris.");
  EXPECT_EQ(clean_reply(test::said("It is Paris.\nuser\nAre you sure?")), "It is Paris.");
  EXPECT_EQ(clean_reply(test::said("A user\nis a person.")), "A user\nis a person.");
  EXPECT_EQ(clean_reply(test::said("")), "");
}

}  // namespace
}  // namespace counterpoint::persuasion
