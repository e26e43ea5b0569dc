#include "counterpoint/persuasion/answer_reader.h"

#include <cmath>

#include "tests/support/scripted_model.h"
#include "tests/support/support.h"

namespace counterpoint::persuasion {
namespace {

using test::said;
using test::ScriptedModel;

Question capital() {
  return {.id = "capitals/australia",
          .question = "What is the capital of Australia?",
          .answers = {"Canberra", "City of Canberra"},
          .choices = {"Sydney", "Canberra", "Melbourne", "Perth"},
          .category = "capitals"};
}

Question yes_no() {
  return {.id = "y", .question = "Is it?", .answers = {"yes"}, .choices = {"yes", "no"}, .category = ""};
}

struct AliasCase {
  const char* reply;
  const char* answer;
};

class Alias : public testing::TestWithParam<AliasCase> {};

TEST_P(Alias, ReadsTheAssertedAnswer) { EXPECT_EQ(read_by_alias(GetParam().reply, capital()), GetParam().answer); }

INSTANTIATE_TEST_SUITE_P(
    Replies, Alias,
    testing::Values(AliasCase{"Canberra.", "Canberra"}, AliasCase{"It is not Sydney, it is Canberra.", "Canberra"},
                    AliasCase{"It isn't Sydney but Melbourne.", "Melbourne"},
                    AliasCase{"I don't think it's Canberra. It is Perth.", "Perth"},
                    AliasCase{"The capital is the City of Canberra, not Sydney.", "Canberra"},
                    AliasCase{"You say Sydney, but I still say Canberra.", "Canberra"},
                    AliasCase{"The capital is Canberra. It lies between Sydney and Melbourne.", "Canberra"},
                    AliasCase{"While Sydney is the largest city, the capital is Canberra.", "Canberra"},
                    AliasCase{"I understand that you think of Sydney. However, the capital is Canberra.", "Canberra"},
                    AliasCase{"Your answer is Sydney. The correct answer is Canberra, south of Sydney.", "Canberra"},
                    AliasCase{"Sydney is wrong. Melbourne was first; the answer remains Canberra.", "Canberra"},
                    AliasCase{"It is Canberra rather than Sydney.", "Canberra"},
                    AliasCase{"CANBERRA\n\nSome say Perth.", "Canberra"},
                    AliasCase{"The final answer: **Melbourne**", "Melbourne"},
                    AliasCase{"Sydneysiders would disagree.", ""}, AliasCase{"It is neither Sydney nor Perth.", ""},
                    AliasCase{"I have no idea.", ""}, AliasCase{"", ""}));

TEST(AliasReader, TheLongestSpellingWins) {
  const Question question{.id = "q",
                          .question = "Which?",
                          .answers = {"New York"},
                          .choices = {"New York", "New York City", "13,000", "U.S. Virgin Islands"},
                          .category = ""};
  EXPECT_EQ(read_by_alias("It is New York City.", question), "New York City");
  EXPECT_EQ(read_by_alias("It is the New York one.", question), "New York");
  EXPECT_EQ(read_by_alias("About 13,000 I think.", question), "13,000");
  EXPECT_EQ(read_by_alias("The U.S. Virgin Islands.", question), "U.S. Virgin Islands");
}

TEST(AliasReader, YesAndNoCountWhereTheyAnswer) {
  EXPECT_EQ(read_by_alias("Yes, there is no doubt about that.", yes_no()), "yes");
  EXPECT_EQ(read_by_alias("No. There is no way.", yes_no()), "no");
  EXPECT_EQ(read_by_alias("There is no way to know.", yes_no()), "");
  EXPECT_EQ(read_by_alias("So my final answer is no.", yes_no()), "no");
}

ReadAnswer read(AnswerReader& reader, generate::ChatModel& model, ReadRequest request) {
  ReadAnswer out;
  bool called = false;
  reader.read(std::move(request), [&](const ReadAnswer& answer) {
    out = answer;
    called = true;
  });
  test::run(model);
  EXPECT_TRUE(called);
  return out;
}

ReadRequest first_request_of(const std::string& reply) {
  return {.question = capital(),
          .dialogue = {{"system", "Quiz."}, {"user", capital().question}},
          .reply = reply,
          .own = std::nullopt,
          .other = std::nullopt};
}

ReadRequest request_of(const std::string& reply) {
  ReadRequest request = first_request_of(reply);
  request.own = "Canberra";
  request.other = "Sydney";
  return request;
}

TEST(ChoicesReader, TakesTheMostLikelyChoiceWithItsProbability) {
  ScriptedModel model([](const auto&) { return said(""); },
                      [](const generate::ScoreRequest&, const std::string& choice) {
                        return choice == " Canberra." ? -1.0 : choice == " Sydney." ? -2.0 : -30.0;
                      });
  const auto reader = make_choices_reader(model);
  const ReadAnswer answer = read(*reader, model, request_of("I think it is the bush capital."));
  EXPECT_EQ(answer.answer, "Canberra");
  EXPECT_NEAR(*answer.confidence, 1 / (1 + std::exp(-1.0)), 1e-9);
  const auto& messages = model.scores.front().messages;
  ASSERT_EQ(messages.size(), 4u);
  EXPECT_EQ(messages[2], (text::Message{"assistant", "I think it is the bush capital."}));
  EXPECT_EQ(messages[3].role, "user");
  EXPECT_EQ(model.scores.front().opening, "The answer is");
}

TEST(ChoicesReader, WithoutAReplyWeighsTheChoicesBehindTheQuestion) {
  ScriptedModel model([](const auto&) { return said(""); },
                      [](const auto&, const auto& c) { return c == " Perth." ? 0. : -1.; });
  const auto reader = make_choices_reader(model);
  EXPECT_EQ(read(*reader, model, request_of("")).answer, "Perth");
  EXPECT_EQ(model.scores.front().messages.size(), 2u);
}

struct Extracted {
  const char* said;
  const char* answer;
};

class ModelReading : public testing::TestWithParam<Extracted> {};

TEST_P(ModelReading, ResolvesWhatTheExtractorSays) {
  ScriptedModel model([](const auto&) { return said(GetParam().said); });
  const auto reader = make_model_reader(model);
  const ReadAnswer answer = read(*reader, model, request_of("Some reply."));
  EXPECT_EQ(answer.answer, GetParam().answer);
  EXPECT_FALSE(answer.confidence);
  EXPECT_EQ(model.chats.front().sampling.temperature, 0);
  EXPECT_EQ(model.chats.front().sampling.max_new_tokens, 15);
}

INSTANTIATE_TEST_SUITE_P(Outputs, ModelReading,
                         testing::Values(Extracted{"Canberra", "Canberra"}, Extracted{" canberra.", "Canberra"},
                                         Extracted{"Answer: Perth", "Perth"},
                                         Extracted{"Canberra (in the south-east).", "Canberra"},
                                         Extracted{"Darwin", "Darwin"}, Extracted{"Agree", "Sydney"},
                                         Extracted{"Disagree.", "Canberra"}, Extracted{"NONE", ""},
                                         Extracted{"Perth\nQuestion: next", "Perth"}, Extracted{"", ""}));

TEST(ModelReader, AgreeAndDisagreeWithNobodyAreNoAnswer) {
  for (const char* word : {"Agree", "Disagree"}) {
    ScriptedModel model([&](const auto&) { return said(word); });
    const auto reader = make_model_reader(model);
    EXPECT_EQ(read(*reader, model, first_request_of("Indeed.")).answer, "");
  }
}

TEST(ModelReader, ConfidenceIsTheShareOfYes) {
  ScriptedModel model([](const auto&) { return said("Canberra"); },
                      [](const auto&, const std::string& word) {
                        return std::log(word == "Yes" ? 0.3 : word == "yes" ? 0.3 : word == "No" ? 0.1 : 0.1);
                      });
  const auto reader = make_model_reader(model);
  EXPECT_NEAR(*read(*reader, model, request_of("It is Canberra.")).confidence, 0.75, 1e-9);
}

TEST(ModelReader, AFailedModelIsAnError) {
  ScriptedModel model([](const auto&) { return test::unsaid("server is gone"); });
  const auto reader = make_model_reader(model);
  EXPECT_EQ(read(*reader, model, request_of("x")).error, "server is gone");
}

TEST(MakeAnswerReader, NamesWhatIsWrong) {
  ScriptedModel cannot_score([](const auto&) { return said(""); });
  EXPECT_NE(test::error_of([&] { make_answer_reader("choices", &cannot_score); }).find("--answer-model"),
            std::string::npos);
  EXPECT_NE(test::error_of([&] { make_answer_reader("choice", &cannot_score); }).find("did you mean 'choices'"),
            std::string::npos);
  Question open = capital();
  open.choices.clear();
  EXPECT_NE(test::error_of([&] {
              check_answer_mode("choices", {capital(), open});
            }).find("capitals/australia"),
            std::string::npos);
  check_answer_mode("alias", {open});
}

}  // namespace
}  // namespace counterpoint::persuasion
