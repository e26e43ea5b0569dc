// Preference rows in each of TRL's forms; ids as TRL makes them (tests/golden/train).
#include "counterpoint/persuasion/train/preference_rows.h"

#include "counterpoint/core/files.h"
#include "counterpoint/text/message_json.h"
#include "tests/persuasion/train/golden_tokens.h"
#include "tests/support/support.h"

namespace counterpoint::persuasion {
namespace {
using data::Json;
using test::error_of;
using test::expect_contains;
using test::GoldenTokens;
using test::Ids;

TEST(PreferenceRows, HaveTheIdsOfTrl) {
  for (const char* model : {"llama", "qwen2"}) {
    const GoldenTokens tokens(model);
    const Json expected =
        data::read_json(test::golden(fmt::format("train/trl/{}/expected.json", model)))["dpo"]["rows"];
    const PreferenceRows got = load_preference_rows(test::golden("train/trl/pairs.jsonl"), tokens.encoder());
    ASSERT_EQ(got.rows.size(), expected.size());
    EXPECT_EQ(got.report.rows, 8);
    EXPECT_EQ(got.report.cut, 0);
    for (size_t i = 0; i < got.rows.size(); ++i) {
      const nn::TrainRow& row = got.rows[i].tokens;
      EXPECT_EQ(row.prefix, expected[i]["prompt_ids"].get<Ids>()) << model << " " << i;
      EXPECT_EQ(row.branches[0].tokens, expected[i]["chosen_ids"].get<Ids>()) << model << " " << i;
      EXPECT_EQ(row.branches[1].tokens, expected[i]["rejected_ids"].get<Ids>()) << model << " " << i;
      EXPECT_EQ(row.trained_weight(), std::ssize(row.branches[0].tokens) + std::ssize(row.branches[1].tokens));
      EXPECT_TRUE(row.id.ends_with(fmt::format("pairs.jsonl:{}", i + 1))) << row.id;
    }
  }
}

TEST(PreferenceRows, WithoutAPromptTheyAreDividedAsTrlDoes) {
  int texts = 0, conversations = 0;
  for (const Json& row : data::read_json(test::golden("train/prompts.json"))) {
    const PreferenceText got = parse_preference({{"chosen", row["chosen"]}, {"rejected", row["rejected"]}});
    const Json& divided = row["divided"];
    if (divided["prompt"].is_string()) {
      ++texts;
      EXPECT_EQ(got.plain_prompt, divided["prompt"]) << row;
      EXPECT_EQ(got.chosen, divided["chosen"]) << row;
      EXPECT_EQ(got.rejected, divided["rejected"]) << row;
    } else {
      ++conversations;
      EXPECT_EQ(text::to_json(got.prompt), divided["prompt"]) << row;
      EXPECT_EQ(got.chosen, divided["chosen"][0]["content"]) << row;
      EXPECT_EQ(got.rejected, divided["rejected"][0]["content"]) << row;
    }
  }
  EXPECT_EQ(texts, 7);
  EXPECT_EQ(conversations, 2);
}

TEST(PreferenceRows, APromptThatIsATextBesideConversationsIsLeftAlone) {
  const Json chosen = Json::parse(R"([{"role":"user","content":"Q"},{"role":"assistant","content":"A"}])");
  const Json rejected = Json::parse(R"([{"role":"user","content":"Q"},{"role":"assistant","content":"B"}])");
  const PreferenceText got = parse_preference({{"prompt", "Q"}, {"chosen", chosen}, {"rejected", rejected}});
  EXPECT_EQ(got.prompt, (text::Messages{{"user", "Q"}}));
  EXPECT_EQ(got.chosen, "A");
  EXPECT_EQ(got.rejected, "B");
}

TEST(PreferenceRows, OfMiningCarryKindAndQuestion) {
  const Pair pair{.kind = PairKind::accept,
                  .question_id = "q7",
                  .agent = "A",
                  .prompt = {{"user", "Q"}},
                  .chosen = "yes",
                  .rejected = "no"};
  const PreferenceText got = parse_preference(to_json(pair));
  EXPECT_EQ(got.kind, PairKind::accept);
  EXPECT_EQ(got.question_id, "q7");
  EXPECT_EQ(got.prompt, pair.prompt);
  EXPECT_EQ(got.chosen, "yes");
  EXPECT_EQ(got.rejected, "no");
  Json foreign = to_json(pair);
  foreign["kind"] = "helpful";
  foreign["score_chosen"] = 8;
  EXPECT_FALSE(parse_preference(foreign).kind);
}

TEST(PreferenceRows, TextsGoWithoutChatFormat) {
  const GoldenTokens qwen("qwen2");
  const test::ScratchDir dir;
  write_file_atomic(dir / "rows.jsonl", R"({"prompt":"The sky is","chosen":" blue.","rejected":" green."})"
                                        "\n");
  const PreferenceRows got = load_preference_rows(dir / "rows.jsonl", qwen.encoder());
  ASSERT_EQ(got.rows.size(), 1u);
  EXPECT_EQ(test::ids_of(got.rows[0].tokens, 1), qwen.tokenizer().encode("The sky is green.<|im_end|>"));
}

std::string parse_error(const std::string& row) {
  return error_of([&] { parse_preference(Json::parse(row)); });
}

TEST(PreferenceRows, BadRowsSayWhatWasExpected) {
  expect_contains(parse_error(R"({"prompt":"a","chosen":"b"})"), "this has the keys 'prompt', 'chosen'");
  expect_contains(parse_error(R"([1])"), "an object");
  expect_contains(parse_error(R"({"prompt":"a","chosen":"b","rejected":null})"), "'rejected' is null");
  expect_contains(parse_error(R"({"prompt":"a","chosen":3,"rejected":"b"})"), "'chosen' is 3, a text was expected");
  expect_contains(parse_error(R"({"prompt":"a","chosen":"b","rejected":3})"), "'rejected'");
  expect_contains(parse_error(R"({"prompt":"","chosen":"b","rejected":"c"})"), "'prompt' is empty");
  expect_contains(parse_error(R"({"prompt":"a","chosen":"b","rejected":"b"})"), "are the same");
  expect_contains(parse_error(R"({"chosen":"abc","rejected":"xyz"})"), "no common beginning");
  const std::string user = R"({"role":"user","content":"Q"})", reply = R"({"role":"assistant","content":"A"})";
  const auto of = [&](const std::string& chosen, const std::string& rejected) {
    return parse_error(fmt::format(R"({{"prompt":[{}],"chosen":[{}],"rejected":[{}]}})", user, chosen, rejected));
  };
  expect_contains(of(reply + "," + user, reply), "'chosen' is 2 messages behind the prompt; one reply");
  expect_contains(of(reply, user), "'rejected' is a message of the user");
  expect_contains(of(reply, ""), "'rejected' is 0 messages");
  expect_contains(of(reply, reply), "are the same");
  expect_contains(of(R"({"role":"assistent","content":"A"})", reply),
                  "chosen[0]: 'role' is 'assistent' (did you mean 'assistant'?)");
  expect_contains(parse_error(fmt::format(R"({{"chosen":[{}],"rejected":[{}]}})", reply, user)), "no common beginning");
  expect_contains(parse_error(fmt::format(R"({{"prompt":[],"chosen":[{}],"rejected":[{}]}})", reply, reply)),
                  "'prompt' has no messages");
  expect_contains(parse_error(fmt::format(R"({{"prompt":"Q","chosen":[{}],"rejected":[{}]}})", reply,
                                          R"({"role":"assistant","content":"B"})")),
                  "no common beginning, and 'prompt' is a text; a list of");
}

TEST(PreferenceRows, BadRowsStopTheRunOrAreLeftOut) {
  const GoldenTokens qwen("qwen2");
  const test::ScratchDir dir;
  const auto file = dir / "rows.jsonl";
  write_file_atomic(file, R"({"prompt":"a","chosen":"b","rejected":"c"})"
                          "\n"
                          "{\"prompt\n\n"
                          R"({"prompt":"a","chosen":"b"})"
                          "\n");
  const auto load = [&](bool skip) { return load_preference_rows(file, qwen.encoder(), {.skip_bad = skip}); };
  expect_contains(error_of([&] { load(false); }), file.string() + ":2: not a JSON value");
  const PreferenceRows got = load(true);
  EXPECT_EQ(got.rows.size(), 1u);
  EXPECT_EQ(got.report.rows, 3);
  ASSERT_EQ(got.report.bad.size(), 2u);
  expect_contains(got.report.bad[1], file.string() + ":4: a preference row");
  write_file_atomic(file, "{}\n");
  expect_contains(error_of([&] { load(true); }), "not one of its 1 rows can be used; the first: ");
  write_file_atomic(file, "\n");
  expect_contains(error_of([&] { load(true); }), "holds no row");
}

TEST(PreferenceRows, LongRowsAreCutAndThoseWithoutRoomLeftOut) {
  const GoldenTokens qwen("qwen2");
  const auto path = test::golden("train/trl/pairs.jsonl");
  const auto all = load_preference_rows(path, qwen.encoder(), {.max_length = 0});
  const std::int64_t limit = std::ssize(all.rows[1].tokens.prefix) + 2;
  const auto some = load_preference_rows(path, qwen.encoder(), {.max_length = limit});
  EXPECT_EQ(std::ssize(some.rows) + std::ssize(some.report.too_long), 8);
  EXPECT_GT(some.report.too_long.size(), 0u);
  EXPECT_GT(some.report.cut, 0);
  for (const PreferenceRow& row : some.rows)
    for (const size_t branch : {0, 1}) EXPECT_LE(std::ssize(test::ids_of(row.tokens, branch)), limit);
  for (const PreferenceRow& row : some.rows)
    EXPECT_NE(row.tokens.branches[0].tokens, row.tokens.branches[1].tokens);  // or there is nothing to prefer
  expect_contains(error_of([&] { load_preference_rows(path, qwen.encoder(), {.max_length = 1}); }),
                  "not one of its 8 rows can be used; the prompts alone fill");
}

TEST(PreferenceRows, UnsharedPairsAreTwoRows) {
  const nn::TrainRow pair{.id = "x:1", .key = 5, .prefix = {1}, .branches = {{{2}, {1}}, {{3}, {1}}}};
  const auto [chosen, rejected] = unshared(pair);
  EXPECT_EQ(test::ids_of(chosen), (Ids{1, 2}));
  EXPECT_EQ(test::ids_of(rejected), (Ids{1, 3}));
  EXPECT_EQ(chosen.branches.size() + rejected.branches.size(), 2u);
  EXPECT_EQ(rejected.key, 5u);
}

}  // namespace
}  // namespace counterpoint::persuasion
