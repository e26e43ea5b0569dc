// Features of acceptance and the regression on them, with a model whose every likelihood is known.
#include "counterpoint/persuasion/evaluate/acceptance.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "tests/support/speakers.h"
#include "tests/support/support.h"

namespace counterpoint::persuasion {
namespace {

using test::about;
using test::said;
using test::ScriptedModel;
using test::ScriptedSpeaker;

Question city_of(const std::string& id) {
  Question question = test::capital_of(id);
  question.choices = {"Paris", "New York"};
  return question;
}

/// Gives in on question 2. Of the samples some say New York, as their streams have it.
generate::ChatReply reply(const generate::ChatRequest& request) {
  if (request.messages.back().content.find("Another agent says") != std::string::npos)
    return said(about(request, "2") ? "New York it is." : "Paris it is.");
  if (request.sampling.temperature > 0) return said(request.stream % 4 == 0 ? "New York." : "Paris.");
  return said("Paris.");
}

double logprob(const generate::ScoreRequest& request, const std::string& choice) {
  if (request.continuations.front() == "Yes")
    return std::log(choice == "Yes"  ? (test::holds(request.messages, "Paris") ? 0.6 : 0.3)
                    : choice == "No" ? (test::holds(request.messages, "Paris") ? 0.2 : 0.1)
                                     : 1e-12);
  return choice == " Paris." ? -1.5 : -3.0;
}

class Acceptance : public testing::Test {
 protected:
  AcceptanceResult evaluate(const std::vector<Question>& questions, const Speaker* other = nullptr) {
    ProgressSink silent;
    return evaluate_acceptance(questions, scripted.speaker, other, settings, silent);
  }
  ScriptedSpeaker scripted{reply, logprob};
  AcceptanceSettings settings;
};

TEST_F(Acceptance, Features) {
  const AcceptanceResult result = evaluate({city_of("1"), city_of("2")});
  const AcceptanceItem& item = result.items[0];
  EXPECT_EQ(item.own.answer, "Paris");
  EXPECT_EQ(item.other, "New York");
  EXPECT_EQ(item.other_text, "The answer is New York.");
  EXPECT_EQ(item.samples.size(), 20u);
  EXPECT_DOUBLE_EQ(item.own_logprob, -1.5);
  EXPECT_DOUBLE_EQ(item.other_logprob, -1.5);  // -3 over two tokens
  EXPECT_NEAR(item.own_confidence, 0.75, 1e-6);
  EXPECT_NEAR(item.other_confidence, 0.75, 1e-6);
  const auto new_york = std::count(item.samples.begin(), item.samples.end(), "New York");
  EXPECT_GT(new_york, 0);
  EXPECT_DOUBLE_EQ(item.answer_entropy, entropy_of({new_york, 20 - new_york}));
  EXPECT_FALSE(item.flipped);
  EXPECT_TRUE(result.items[1].flipped);
  EXPECT_DOUBLE_EQ(*value_of(figures(result), "acceptance_flip"), 0.5);
  EXPECT_DOUBLE_EQ(*value_of(figures(result), "acceptance_flip_right"), 0.5);
}

TEST_F(Acceptance, SamplesAreDrawnFromStreamsOfTheirOwnAtTheirTemperature) {
  evaluate({city_of("1")});
  std::set<std::uint64_t> streams;
  for (const auto& chat : scripted.model.chats)
    if (chat.sampling.temperature == 0.7) streams.insert(chat.stream);
  EXPECT_EQ(streams.size(), 20u);
  EXPECT_EQ(scripted.model.chats.size(), 22u);
}

TEST_F(Acceptance, AnotherModelsAnswerChallengesWhereItDiffers) {
  ScriptedSpeaker other([](const generate::ChatRequest& request) {
    return said(about(request, "1") ? "It is Paris." : "I know it: New York.");
  });
  const AcceptanceResult result = evaluate({city_of("1"), city_of("2")}, &other.speaker);
  EXPECT_EQ(result.items[0].left_out, "both give the same answer");
  EXPECT_EQ(result.items[1].other_text, "I know it: New York.");
  EXPECT_EQ(outcomes_of(result).size(), 2u);
  EXPECT_EQ(figures(result).at(0).n, 1);
  test::expect_contains(regression_of(result).problem, "nothing to explain");
  EXPECT_EQ(to_json(result)["items"][0]["left_out"], "both give the same answer");
}

TEST_F(Acceptance, WhatCannotWorkIsSaid) {
  Question open = city_of("1");
  open.choices.clear();
  test::expect_contains(test::error_of([&] { evaluate({open}); }), "has no choices to challenge with");
  ScriptedSpeaker server(reply);
  ProgressSink silent;
  test::expect_contains(
      test::error_of([&] { evaluate_acceptance({city_of("1")}, server.speaker, nullptr, settings, silent); }),
      "use a local model");
}

TEST(Entropy, OfCounts) {
  EXPECT_DOUBLE_EQ(entropy_of({20}), 0);
  EXPECT_NEAR(entropy_of({10, 10}), std::log(2.0), 1e-12);
  EXPECT_NEAR(entropy_of({5, 5, 0, 10}), 1.5 * std::log(2.0), 1e-12);
}

}  // namespace
}  // namespace counterpoint::persuasion
