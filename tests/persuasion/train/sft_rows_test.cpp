// Rows for fine-tuning in each form; ids and trained tokens as TRL makes them (tests/golden/train).
#include "counterpoint/persuasion/train/sft_rows.h"

#include "counterpoint/core/files.h"
#include "counterpoint/persuasion/dialogue.h"
#include "counterpoint/persuasion/question_files.h"
#include "tests/persuasion/train/golden_tokens.h"
#include "tests/support/support.h"

namespace counterpoint::persuasion {
namespace {
namespace fs = std::filesystem;
using data::Json;
using test::error_of;
using test::expect_contains;
using test::GoldenTokens;
using test::Ids;

void expect_as_trl(const char* model, const char* form) {
  SCOPED_TRACE(fmt::format("{} {}", model, form));
  const GoldenTokens tokens(model);
  const Json expected = data::read_json(test::golden(fmt::format("train/trl/{}/expected.json", model)))["sft"][form];
  const auto got = load_sft_rows(test::golden(fmt::format("train/trl/{}.jsonl", form)).string(), tokens.encoder());
  ASSERT_EQ(got.rows.size(), expected["rows"].size());
  for (size_t i = 0; i < got.rows.size(); ++i) {
    EXPECT_EQ(test::ids_of(got.rows[i]), expected["rows"][i]["ids"].get<Ids>()) << i;
    EXPECT_EQ(test::trained_of(got.rows[i]), expected["rows"][i]["trained"].get<std::vector<int>>()) << i;
  }
}

TEST(SftRows, HaveTheIdsAndTrainedTokensOfTrl) {
  for (const char* model : {"llama", "qwen2"})
    for (const char* form : {"completions", "conversations"}) expect_as_trl(model, form);
}

class SftFile : public testing::Test {
 protected:
  SftRows load(const std::string& lines, const SftOptions& options = {}) {
    write_file_atomic(file, lines);
    return load_sft_rows(file.string(), qwen.encoder(), options);
  }
  std::string error(const std::string& lines) {
    return error_of([&] { load(lines); });
  }
  std::string trained(const nn::TrainRow& row) { return test::stretches_of(qwen, row, true); }
  std::string given(const nn::TrainRow& row) { return test::stretches_of(qwen, row, false); }

  GoldenTokens qwen{"qwen2"};
  test::ScratchDir dir;
  fs::path file = dir / "rows.jsonl";
};

TEST_F(SftFile, OfPreferenceRowsTheChosenReplyIsTrained) {
  const auto chosen = load_sft_rows(test::golden("train/trl/pairs.jsonl").string(), qwen.encoder());
  const auto same = load_sft_rows(test::golden("train/trl/completions.jsonl").string(), qwen.encoder());
  ASSERT_EQ(chosen.rows.size(), same.rows.size());
  for (size_t i = 0; i < same.rows.size(); ++i) {
    EXPECT_EQ(test::ids_of(chosen.rows[i]), test::ids_of(same.rows[i]));
    EXPECT_EQ(chosen.rows[i].key, same.rows[i].key);
  }
  EXPECT_EQ(trained(load(R"({"prompt":"Sky:","chosen":" blue","rejected":" red"})").rows[0]), " blue<|im_end|>");
}

TEST_F(SftFile, PromptAndCompletionAsTexts) {
  const auto got = load(R"({"prompt":"Sky:","completion":" blue"})");
  EXPECT_EQ(trained(got.rows[0]), " blue<|im_end|>");
  EXPECT_EQ(given(got.rows[0]), "Sky:");
  EXPECT_TRUE(got.rows[0].id.ends_with("rows.jsonl:1"));
}

TEST_F(SftFile, QuestionsAreAskedAsATreeAsksThem) {
  const std::string question = R"({"id":"q1","question":"Who wrote Faust?","answers":["Goethe","J. W. von Goethe"]})";
  const SftOptions options;
  const auto got = load(question, options);
  ASSERT_EQ(got.rows.size(), 1u);
  EXPECT_EQ(trained(got.rows[0]), "Goethe<|im_end|>\n");
  const text::Messages asked = dialogue_view(options.config, "Who wrote Faust?", {}, Turn{});
  EXPECT_EQ(got.rows[0].prefix, text::encode_prompt(qwen.tokenizer(), qwen.format(), asked));
  EXPECT_EQ(got.rows[0].id, "q1");

  SftOptions plain;
  plain.config.head = plain.config.tail = "";
  EXPECT_EQ(given(load(question, plain).rows[0]),
            "<|im_start|>user\nWho wrote Faust?<|im_end|>\n<|im_start|>assistant\n");
  const auto list = load("[\n" + question + "\n]");  // a JSON array, as question files may be
  EXPECT_EQ(list.rows.at(0).prefix, got.rows[0].prefix);
}

TEST_F(SftFile, OtherQuestionFormatsAndTheFactsAreRead) {
  const auto trivia = load(R"({"question_id":"t1","question":"Who?","answer":"Goethe","aliases":["Goethe"]})");
  EXPECT_EQ(trained(trivia.rows.at(0)), "Goethe<|im_end|>\n");
  const auto facts = load_sft_rows("facts:capitals", qwen.encoder());
  const auto questions = load_questions("facts:capitals").questions;
  ASSERT_EQ(facts.rows.size(), questions.size());
  EXPECT_EQ(facts.report.rows, std::ssize(questions));
  EXPECT_EQ(trained(facts.rows[3]), questions[3].answers[0] + "<|im_end|>\n");
}

TEST_F(SftFile, BadRowsAreNamedAndCanBeLeftOut) {
  const std::string good = R"({"prompt":"a","completion":"b"})"
                           "\n",
                    user = R"({"role":"user","content":"Q"})";
  expect_contains(error(good + R"({"messages":[]})"), "rows.jsonl:2: no message is the assistant's");
  expect_contains(error(good + R"({"text":"x"})"), "or a question was expected, this has the keys 'text'");
  expect_contains(error(good + R"({"mesages":[]})"), "the keys 'mesages' (did you mean 'messages'?)");
  expect_contains(error(good + R"({"prompt":"a","response":"b"})"), "the keys 'prompt', 'response' (--skip-bad");
  expect_contains(error(""), "the file holds no row");
  expect_contains(error(good + R"({"completion":"x"})"), "rows.jsonl:2: 'prompt' is missing");
  expect_contains(error(good + R"({"prompt":"a","completion":3})"), "'completion'");
  expect_contains(error(R"({"prompt":[)" + user + R"(],"completion":[)" + user + "]}"),
                  "'completion' holds something else than one message of the assistant");
  expect_contains(error(R"({"prompt":[],"completion":[]})"), "'prompt' has no messages");
  expect_contains(error(R"({"text":"x"})"), "rows.jsonl:1: ");
  expect_contains(error_of([&] { load_sft_rows((dir / "none").string(), qwen.encoder()); }),
                  "of rows for fine-tuning (a file, or facts");
  SftOptions skip;
  skip.skip_bad = true;
  const auto got = load(good + "{\"messages\":[]}\nnonsense\n" + good, skip);
  EXPECT_EQ(got.rows.size(), 2u);
  EXPECT_EQ(got.report.rows, 4);
  EXPECT_EQ(got.report.bad.size(), 2u);
}

TEST_F(SftFile, EmptyToolsAndNullKeysAreNothingAndToolsAreRefused) {
  const std::string messages =
      R"("messages":[{"role":"user","content":"Q","tool_calls":null},{"role":"assistant","content":"A"}])";
  for (const char* none : {"null", "[]", R"("[]")"})
    EXPECT_EQ(load(fmt::format(R"({{"tools":{},{}}})", none, messages)).rows.size(), 1u) << none;
  expect_contains(error(fmt::format(R"({{"tools":[{{"name":"search"}}],{}}})", messages)), "rows.jsonl:1: 'tools' are");
}

TEST_F(SftFile, LongRowsAreCutAndThoseWithoutRoomLeftOut) {
  SftOptions options;
  options.max_length = 5;
  const auto got = load(R"({"prompt":"a","completion":"bcdefghijklmnop"})"
                        "\n"
                        R"({"prompt":"abcdefghijklm","completion":"b"})",
                        options);
  ASSERT_EQ(got.rows.size(), 1u);
  EXPECT_EQ(got.rows[0].tokens(), 5);
  EXPECT_EQ(got.report.cut, 1);
  ASSERT_EQ(got.report.too_long.size(), 1u);
  expect_contains(got.report.too_long[0], "rows.jsonl:2");
}

}  // namespace
}  // namespace counterpoint::persuasion
