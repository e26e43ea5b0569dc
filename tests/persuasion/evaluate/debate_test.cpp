// Debates between models of which it is known who gives in to whom.
#include "counterpoint/persuasion/evaluate/debate.h"

#include "tests/persuasion/evaluate/figure.h"
#include "tests/support/speakers.h"
#include "tests/support/support.h"

namespace counterpoint::persuasion {
namespace {

using test::capitals_of;
using test::holds;
using test::said;
using test::ScriptedModel;
using test::ScriptedSpeaker;

/// Says its own answer, and from the first time it hears anybody else what that one says.
ScriptedModel::Reply yielding(const std::string& own) {
  return [own](const generate::ChatRequest& request) {
    const std::string& last = request.messages.back().content;
    for (const char* city : {"Paris", "Lyon", "Nice"})
      if (last.find(std::string("says: ") + city) != std::string::npos) return said(city);
    return said(own);
  };
}

ScriptedModel::Reply stubborn(const std::string& own) {
  return [own](const generate::ChatRequest&) { return said(own); };
}

class Debates : public testing::Test {
 protected:
  DebateResult evaluate(const std::vector<std::string>& ids) {
    ProgressSink silent;
    std::vector<Speaker> speakers;
    for (ScriptedSpeaker* one : members) speakers.push_back(one->speaker);
    return evaluate_debate(capitals_of(ids), speakers, settings, silent);
  }
  std::vector<ScriptedSpeaker*> members;
  DebateSettings settings;
};

TEST_F(Debates, WhoSpeaksFirstGivesIn) {
  ScriptedSpeaker strong(yielding("Paris")), weak(yielding("Lyon"));
  members = {&strong, &weak};
  const DebateResult result = evaluate({"x", "y"});
  const auto found = figures(result);
  EXPECT_DOUBLE_EQ(figure(found, "debate_before"), 0.5);
  EXPECT_DOUBLE_EQ(figure(found, "debate_team_ab"), 0.0);  // strong speaks first and takes Lyon over
  EXPECT_DOUBLE_EQ(figure(found, "debate_team_ba"), 1.0);
  EXPECT_DOUBLE_EQ(figure(found, "debate_team"), 0.5);
  EXPECT_DOUBLE_EQ(figure(found, "debate_gain"), 0.0);
  EXPECT_DOUBLE_EQ(figure(found, "debate_order_gap"), 1.0);
  EXPECT_DOUBLE_EQ(figure(found, "debate_order_difference"), -1.0);
  EXPECT_DOUBLE_EQ(figure(found, "debate_member_a_before"), 1.0);
  EXPECT_DOUBLE_EQ(figure(found, "debate_member_a"), 0.5);
  EXPECT_DOUBLE_EQ(figure(found, "debate_agreed"), 1.0);
  EXPECT_EQ(result.items[0].debates[0].turns.size(), 1u);  // agreement ends it
}

TEST_F(Debates, WithoutAgreementFourTurnsAreSpoken) {
  ScriptedSpeaker a(stubborn("Paris")), b(stubborn("Lyon"));
  members = {&a, &b};
  const DebateResult result = evaluate({"x"});
  ASSERT_EQ(result.items[0].debates.size(), 2u);
  const Debate& second = result.items[0].debates[1];
  EXPECT_EQ(second.order, "ba");
  ASSERT_EQ(second.turns.size(), 2u);
  EXPECT_EQ(second.turns[0].agent, 1);
  EXPECT_FALSE(second.agreed);
  EXPECT_EQ(a.model.chats.size(), 3u);  // its first answer counts for both orders
  EXPECT_DOUBLE_EQ(figure(figures(result), "debate_order_gap"), 0.0);
  settings.turns = 6;
  EXPECT_EQ(evaluate({"x"}).items[0].debates[0].turns.size(), 4u);
}

TEST_F(Debates, FirstAnswersAreIndependent) {
  ScriptedSpeaker a(stubborn("Paris")), b(stubborn("Lyon"));
  members = {&a, &b};
  evaluate({"x"});
  EXPECT_EQ(b.model.chats[0].messages, a.model.chats[0].messages);
  EXPECT_EQ(a.model.chats[1].messages.back().content,
            "Another agent says: Lyon\n\nWhat is your answer to the question now?");
}

TEST_F(Debates, ThreeSpeakInARing) {
  ScriptedSpeaker a(yielding("Paris")), b(stubborn("Lyon")), c(stubborn("Lyon"));
  members = {&a, &b, &c};
  const DebateResult result = evaluate({"x"});
  EXPECT_EQ(debate_orders(3), (std::vector<std::string>{"abc", "bca", "cab"}));
  ASSERT_EQ(result.items[0].debates.size(), 3u);
  for (const Debate& one : result.items[0].debates) {
    EXPECT_TRUE(one.agreed) << one.order;
    EXPECT_EQ(one.turns.back().agent, 0) << one.order;  // it ends when a has heard the others
  }
  EXPECT_EQ(result.items[0].debates[1].turns.size(), 3u);
  const auto found = figures(result);
  EXPECT_NEAR(figure(found, "debate_before"), 1.0 / 3, 1e-12);
  EXPECT_DOUBLE_EQ(figure(found, "debate_team"), 0.0);
  EXPECT_FALSE(value_of(found, "debate_order_difference").has_value());
  EXPECT_TRUE(holds(a.model.chats.back().messages, "Another agent says: Lyon\n\nAnother agent says: Lyon"));
}

TEST_F(Debates, WhatCannotWorkIsSaid) {
  ScriptedSpeaker a(stubborn("Paris")), b(stubborn("Lyon"));
  members = {&a};
  test::expect_contains(test::error_of([&] { evaluate({"x"}); }), "at least, 1 was given");
  members = {&a, &b};
  settings.turns = 1;
  test::expect_contains(test::error_of([&] { evaluate({"x"}); }), "1 turns are too few for 2 members");
}

TEST_F(Debates, TheJsonHoldsEveryWord) {
  ScriptedSpeaker strong(yielding("Paris")), weak(yielding("Lyon"));
  strong.speaker.info.name = "strong";
  members = {&strong, &weak};
  const data::Json json = to_json(evaluate({"x"}));
  EXPECT_EQ(json["members"][0], "strong");
  EXPECT_EQ(json["items"][0]["debates"][0]["turns"][0]["said"]["text"], "Lyon");
  EXPECT_EQ(json["items"][0]["debates"][0]["correct"], (data::Json{false, false}));
}

}  // namespace
}  // namespace counterpoint::persuasion
