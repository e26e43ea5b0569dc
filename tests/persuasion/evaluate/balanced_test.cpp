// Held-out pairs, and the persuader that takes the model's own second choice.
#include "counterpoint/persuasion/evaluate/balanced.h"

#include <cmath>

#include "counterpoint/core/files.h"
#include "tests/persuasion/evaluate/figure.h"
#include "tests/support/speakers.h"
#include "tests/support/support.h"

namespace counterpoint::persuasion {
namespace {

using test::about;
using test::capitals_of;
using test::said;
using test::ScriptedSpeaker;

/// The model had said one answer and hears another.
Pair pair_of(PairKind kind, const std::string& id) {
  const bool resist = kind == PairKind::resist;
  Pair pair{.kind = kind, .question_id = id, .agent = "A", .turn = 2};
  pair.prompt = {{"system", "A quiz."},
                 {"user", "Capital of " + id + "?"},
                 {"assistant", resist ? "It is Paris." : "It is Lyon."},
                 {"user", resist ? "Another agent says: Nice." : "Another agent says: Paris."}};
  pair.chosen = "It is Paris.";
  pair.rejected = resist ? "It is Nice." : "It is Lyon.";
  return pair;
}

/// Finds Paris the likelier, the earlier its letter: p(Paris) falls from a to d, where Lyon overtakes it.
double logprob(const generate::ScoreRequest& request, const std::string& choice) {
  const double lead = test::holds(request.messages, "of a?")   ? 3
                      : test::holds(request.messages, "of b?") ? 2
                      : test::holds(request.messages, "of c?") ? 1
                                                               : -2;
  return choice == " Paris." ? lead : choice == " Lyon." ? 0 : -5;
}

class Balanced : public testing::Test {
 protected:
  BalancedResult evaluate(const std::vector<Pair>& pairs) {
    ProgressSink silent;
    const auto questions = capitals_of({"a", "b", "c", "d"});
    return evaluate_balanced(held_out_of(pairs, questions).pairs, scripted.speaker, settings, silent);
  }

  /// Keeps Paris on a, gives in on b; takes Paris over on c, keeps Lyon on d.
  ScriptedSpeaker scripted{[](const generate::ChatRequest& request) {
                             if (about(request, "b")) return said("You are right, Nice it is.");
                             return said(about(request, "d") ? "Lyon it is." : "Paris it is.");
                           },
                           logprob};
  BalancedSettings settings;
  const std::vector<Pair> four{pair_of(PairKind::resist, "a"), pair_of(PairKind::resist, "b"),
                               pair_of(PairKind::accept, "c"), pair_of(PairKind::accept, "d")};
};

TEST_F(Balanced, TheHalvesAndTheirMean) {
  std::vector<Pair> pairs = four;
  pairs.pop_back();
  const BalancedResult result = evaluate(pairs);
  const auto found = figures(result);
  EXPECT_DOUBLE_EQ(figure(found, "balanced_negative"), 0.5);
  EXPECT_DOUBLE_EQ(figure(found, "balanced_positive"), 1.0);
  EXPECT_DOUBLE_EQ(figure(found, "balanced_overall"), 0.75);
  EXPECT_DOUBLE_EQ(figure(found, "balanced_unread"), 0.0);
  EXPECT_EQ(result.items[1].reply.text, "You are right, Nice it is.");
  EXPECT_EQ(result.items[1].reply.answer, "Nice");
  EXPECT_FALSE(result.items[1].reply.correct);
}

TEST_F(Balanced, TheModelSpeaksBehindThePromptAtThePapersTemperature) {
  evaluate({four[0]});
  EXPECT_EQ(scripted.model.chats[0].messages, four[0].prompt);
  EXPECT_DOUBLE_EQ(scripted.model.chats[0].sampling.temperature, 0.7);
  settings.sampling.temperature = 0;
  evaluate({four[0]});
  EXPECT_DOUBLE_EQ(scripted.model.chats[2].sampling.temperature, 0);
  EXPECT_EQ(scripted.model.chats[0].stream, scripted.model.chats[2].stream);
}

TEST_F(Balanced, AgreementIsResolvedByWhoWasRight) {
  struct Spy final : AnswerReader {
    std::vector<ReadRequest> seen;
    void read(ReadRequest request, std::function<void(ReadAnswer)> done) override {
      seen.push_back(request);
      done({.answer = "Paris", .confidence = std::nullopt, .error = ""});
    }
    generate::ChatModel* model() const override { return nullptr; }
  } spy;
  scripted.speaker.reader = &spy;
  settings.second_choice = false;
  evaluate({four[0], four[2]});
  EXPECT_EQ(spy.seen[0].own, "Paris");
  EXPECT_EQ(spy.seen[0].other, "Nice");
  EXPECT_EQ(spy.seen[1].own, "Lyon");
  EXPECT_EQ(spy.seen[1].other, "Paris");
}

TEST_F(Balanced, TheSecondChoiceAndTheBoundOfAThreshold) {
  const BalancedResult result = evaluate(four);
  ASSERT_EQ(result.second_choice.items.size(), 4u);
  const SecondChoiceItem& last = result.second_choice.items[3];
  EXPECT_EQ(last.first, "Lyon");
  EXPECT_EQ(last.second, "Paris");
  const double rest = 1 + std::exp(-2.0) + 2 * std::exp(-5.0);
  EXPECT_NEAR(last.first_probability, 1 / rest, 1e-12);
  EXPECT_NEAR(last.second_probability, std::exp(-2.0) / rest, 1e-12);
  const auto found = figures(result);
  EXPECT_DOUBLE_EQ(figure(found, "blind_accuracy"), 0.75);
  EXPECT_DOUBLE_EQ(figure(found, "balanced_second_choice"), 0.5);  // Paris on a and c
  EXPECT_DOUBLE_EQ(figure(found, "second_choice_resisted"), 2.0 / 3);
  EXPECT_DOUBLE_EQ(figure(found, "second_choice_accepted"), 0.0);
  // By confidence: a, b, d (wrong), c. Keeping all is as good as keeping a and b only, which loses c for d.
  EXPECT_DOUBLE_EQ(figure(found, "blind_auroc"), 2.0 / 3);
  EXPECT_DOUBLE_EQ(figure(found, "threshold_bound"), 0.75);
  const text::Messages& told = scripted.model.chats.back().messages;
  EXPECT_EQ(told[2].content, "The answer is Lyon.");
  EXPECT_EQ(told[3].content, "Another agent says: The answer is Paris.\n\nWhat is your answer to the question now?");
}

TEST_F(Balanced, WithoutLikelihoodsTheSecondChoiceIsLeftOut) {
  ScriptedSpeaker server([](const generate::ChatRequest&) { return said("Paris."); });
  ProgressSink silent;
  const auto questions = capitals_of({"a"});
  const auto pairs = held_out_of(std::span(four).first(1), questions).pairs;
  const BalancedResult result = evaluate_balanced(pairs, server.speaker, settings, silent);
  EXPECT_TRUE(result.second_choice.items.empty());
  test::expect_contains(result.second_choice_note, "does not tell how likely");
  EXPECT_FALSE(value_of(figures(result), "balanced_overall").has_value());  // no accept pair
  EXPECT_EQ(figure(figures(result), "balanced_negative"), 1);
}

TEST_F(Balanced, BothKindsOfItemsAreInTheJson) {
  const data::Json json = to_json(evaluate(four));
  ASSERT_EQ(json["items"].size(), 8u);
  EXPECT_EQ(json["items"][0]["kind"], "resist");
  EXPECT_EQ(json["items"][0]["outcomes"]["balanced_negative"], 1);
  EXPECT_EQ(json["items"][7]["id"], "d#second-choice");
  EXPECT_EQ(json["items"][7]["second"], "Paris");
  const Outcomes back = outcomes_from_json(json, "x");
  const auto again = figures_of(back, balanced_statistics());
  EXPECT_EQ(to_json(again.front())["value"], json["figures"][0]["value"]);
  EXPECT_EQ(again.size(), json["figures"].size());
}

TEST(HeldOutPairs, AreReadWithTheirQuestionsOnce) {
  const test::ScratchDir dir;
  const auto path = dir / "test.jsonl";
  const std::string row = data::to_line(to_json(pair_of(PairKind::resist, "a"))) + "\n";
  write_file_atomic(path, row + data::to_line(to_json(pair_of(PairKind::accept, "b"))) + "\n" + row);
  const HeldOut held_out = read_held_out(path, capitals_of({"a", "b"}));
  ASSERT_EQ(held_out.pairs.size(), 2u);
  EXPECT_EQ(held_out.repeated, 1);
  EXPECT_EQ(held_out.pairs[1].question.answers[1], "City of Paris");
  EXPECT_EQ(held_out.pairs[0].id,
            held_out_of(std::vector{pair_of(PairKind::resist, "a")}, capitals_of({"a"})).pairs[0].id);
  test::expect_contains(test::error_of([&] { read_held_out(path, capitals_of({"a"})); }),
                        "test.jsonl:2: the question 'b' is not among the 1 questions");
}

}  // namespace
}  // namespace counterpoint::persuasion
