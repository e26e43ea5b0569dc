#include "counterpoint/persuasion/ask.h"

#include <cmath>

#include "tests/support/scripted_model.h"
#include "tests/support/support.h"

namespace counterpoint::persuasion {
namespace {

using test::said;
using test::ScriptedModel;

Question question_of(const std::string& id, const std::string& category) {
  return {.id = id, .question = id + "?", .answers = {"Paris"}, .choices = {"Paris", "Lyon"}, .category = category};
}

const std::vector<Question> four{question_of("a", "x"), question_of("b", "x"), question_of("c", "y"),
                                 question_of("d", "y")};

/// Is right on a and b, wrong on c, and fails on d.
ScriptedModel model_of() {
  return ScriptedModel(
      [](const generate::ChatRequest& request) {
        const std::string& question = request.messages.back().content;
        if (question == "d?") return test::unsaid("out of reach");
        return said(question == "c?" ? "Lyon it is." : "Paris it is.");
      },
      [](const generate::ScoreRequest& request, const std::string& choice) {
        const std::string& question = request.messages[1].content;
        return (choice == " Paris.") == (question == "c?") ? -3.0 : -0.5;
      });
}

TEST(AskQuestions, CountsByCategoryAndLeavesFailuresOut) {
  ScriptedModel model = model_of();
  const auto reader = make_choices_reader(model);
  const Speaker speaker{{"A", "m", ""}, &model, reader.get()};
  ProgressSink silent;
  const AskResult result = ask_questions(four, speaker, {}, silent);
  ASSERT_EQ(result.asked.size(), 4u);
  EXPECT_EQ(result.asked[2].answer, "Lyon");
  EXPECT_EQ(result.asked[3].error, "out of reach");
  const auto groups = group_asked(result.asked);
  ASSERT_EQ(groups.size(), 3u);
  EXPECT_EQ(groups[0].category, "x");
  EXPECT_EQ(groups[0].correct, 2);
  EXPECT_EQ(groups[1].n, 1);
  EXPECT_EQ(groups[2].category, "all");
  EXPECT_EQ(groups[2].n, 3);
  EXPECT_NEAR(groups[2].accuracy(), 2.0 / 3, 1e-12);
  EXPECT_NEAR(*groups[2].mean_confidence, 1 / (1 + std::exp(-2.5)), 1e-9);
  EXPECT_DOUBLE_EQ(*groups[2].auroc, 0.5);
}

TEST(AskQuestions, DirectAsksForNoReply) {
  ScriptedModel model = model_of();
  const auto reader = make_choices_reader(model);
  const Speaker speaker{{"A", "m", ""}, &model, reader.get()};
  ProgressSink silent;
  AskSettings settings;
  settings.direct = true;
  settings.in_flight = 1;
  const AskResult result = ask_questions(four, speaker, settings, silent);
  EXPECT_TRUE(model.chats.empty());
  EXPECT_EQ(result.asked[3].answer, "Paris");
  EXPECT_EQ(result.asked[3].reply, "");
}

TEST(AskQuestions, AWishToStopKeepsWhatIsDone) {
  ScriptedModel model = model_of();
  const auto reader = make_alias_reader();
  const Speaker speaker{{"A", "m", ""}, &model, reader.get()};
  ProgressSink silent;
  AskSettings settings;
  model.per_step = 2;
  int rounds = 0;
  settings.stop = [&] { return ++rounds > 1; };
  const AskResult result = ask_questions(four, speaker, settings, silent);
  EXPECT_TRUE(result.interrupted);
  EXPECT_EQ(result.asked.size(), 2u);
}

}  // namespace
}  // namespace counterpoint::persuasion
