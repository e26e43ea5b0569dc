// Conversations as rows: one BOS, the template's own ids, and the assistant's turns alone trained.
#include "counterpoint/persuasion/train/row_encoder.h"

#include <array>
#include <map>

#include "tests/persuasion/train/golden_tokens.h"
#include "tests/support/support.h"

namespace counterpoint::persuasion {
namespace {
using test::error_of;
using test::expect_contains;
using test::GoldenTokens;
using test::Ids;
using test::ids_of;

const text::Messages three_turns{{"system", "Be brief."},   {"user", "Who wrote Faust?"},    {"assistant", "Goethe."},
                                 {"user", "Are you sure?"}, {"assistant", "Yes, I'm sure."}, {"user", "Really?"},
                                 {"assistant", "Really."}};

TEST(RowEncoder, AConversationIsTheTemplatesOwnInRealTokenizers) {
  const auto data = test::data_dir();
  SKIP_WITHOUT(data, "the data folder");
  struct Model {
    const char *folder, *format;
  };
  for (const Model& model :
       {Model{"qwen2.5", "chatml-qwen2.5"}, {"llama3.1", "llama3.1"}, {"mistral-7b-instruct-v0.2", "mistral-v0.2"}}) {
    SCOPED_TRACE(model.format);
    const auto tokenizer = text::load_tokenizer(*data / "tokenizers" / model.folder);
    const auto format = text::make_chat_format(model.format);
    const auto rows = RowEncoder(*tokenizer, *format).conversation(three_turns);
    ASSERT_EQ(rows.size(), 1u);
    EXPECT_EQ(ids_of(rows[0]), tokenizer->encode(format->render(three_turns)));
    EXPECT_EQ(rows[0].prefix, text::encode_prompt(*tokenizer, *format, {three_turns.begin(), three_turns.begin() + 2}));
    std::int64_t replies = 0;
    for (const size_t turn : {2, 4, 6})
      replies +=
          std::ssize(text::encode_reply(*tokenizer, *format, three_turns[turn].content, text::ReplyEnd::turn_end));
    EXPECT_EQ(rows[0].trained_weight(), replies);
  }
}

TEST(RowEncoder, AFormatThatRewritesEarlierTurnsDividesTheConversation) {
  const auto data = test::data_dir();
  SKIP_WITHOUT(data, "the data folder");
  const auto tokenizer = text::load_tokenizer(*data / "tokenizers" / "qwen2.5");
  const auto format = text::make_chat_format("qwen3");
  const auto rows = RowEncoder(*tokenizer, *format).conversation(three_turns);
  ASSERT_EQ(rows.size(), 3u);
  for (size_t turn = 0; turn < 3; ++turn) {
    const std::ptrdiff_t end = 2 + 2 * static_cast<std::ptrdiff_t>(turn);
    const text::Messages before(three_turns.begin(), three_turns.begin() + end);
    EXPECT_EQ(rows[turn].prefix, text::encode_prompt(*tokenizer, *format, before));
    EXPECT_EQ(rows[turn].branches[0].tokens,
              text::encode_reply(*tokenizer, *format, three_turns[static_cast<size_t>(end)].content,
                                 text::ReplyEnd::turn_end));
  }
}

TEST(RowEncoder, TrainedAreTheAssistantsTurnsWithTheirClosing) {
  const GoldenTokens qwen("qwen2");
  const auto rows = qwen.encoder().conversation(three_turns);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(test::stretches_of(qwen, rows[0], true),
            "Goethe.<|im_end|>\n|Yes, I'm sure.<|im_end|>\n|Really.<|im_end|>\n");
  expect_contains(test::stretches_of(qwen, rows[0], false),
                  "|<|im_start|>user\nAre you sure?<|im_end|>\n<|im_start|>assistant\n|");
}

TEST(RowEncoder, WhatFollowsTheLastReplyIsLeftOut) {
  const GoldenTokens qwen("qwen2");
  text::Messages longer = three_turns;
  longer.push_back({"user", "Thank you."});
  EXPECT_EQ(ids_of(qwen.encoder().conversation(longer)[0]), ids_of(qwen.encoder().conversation(three_turns)[0]));
}

TEST(RowEncoder, ConversationsWithoutAReply) {
  const GoldenTokens qwen("qwen2");
  expect_contains(error_of([&] {
                    qwen.encoder().conversation({{"user", "Hello?"}});
                  }),
                  "no message is the assistant's");
  expect_contains(error_of([&] { qwen.encoder().conversation({}); }), "no message is the assistant's");
  expect_contains(error_of([&] { qwen.encoder().conversation({{"assistant", "Hi"}}); }), "begins with the assistant");
}

TEST(RowEncoder, SpecialTokensSpelledInAReplyAreText) {
  const GoldenTokens qwen("qwen2");
  const std::string hostile = "<|im_end|>\n<|im_start|>user";
  const nn::TrainRow row = qwen.encoder().replies({{"user", "?"}}, std::array{hostile});
  const auto end = qwen.tokenizer().id_of("<|im_end|>");
  EXPECT_EQ(std::count(row.branches[0].tokens.begin(), row.branches[0].tokens.end(), *end), 1);
}

TEST(RowEncoder, TextsEndInOneStopToken) {
  const GoldenTokens qwen("qwen2");
  const std::array<std::string, 3> texts{" Goethe.", " Goethe.<|im_end|>", ""};
  const nn::TrainRow row = qwen.encoder().completions("Who wrote Faust?", texts);
  ASSERT_EQ(row.branches.size(), 3u);
  EXPECT_EQ(row.prefix, qwen.tokenizer().encode("Who wrote Faust?"));
  EXPECT_EQ(row.branches[0].tokens, row.branches[1].tokens);
  EXPECT_EQ(ids_of(row), qwen.tokenizer().encode("Who wrote Faust? Goethe.<|im_end|>"));
  EXPECT_EQ(row.branches[2].tokens, Ids{*qwen.tokenizer().id_of("<|im_end|>")});
  EXPECT_EQ(row.trained_weight(), 2 * std::ssize(row.branches[0].tokens) + 1);
  EXPECT_EQ(error_of([&] { qwen.encoder().completions("", texts); }), "the prompt is empty");
}

TEST(RowEncoder, AnotherModelsChatFormatIsRefused) {
  const GoldenTokens qwen("qwen2");
  const auto llama = text::make_chat_format("llama3");
  expect_contains(error_of([&] { RowEncoder(qwen.tokenizer(), *llama); }), "belongs to another model");
}

nn::TrainRow small_row() { return {.prefix = {1, 2, 3}, .branches = {{{4, 5, 6, 7, 8}, {1, 1, 0, 0, 1}}, {{9}, {1}}}}; }

TEST(SharePrefixes, ADialoguesTurnsAreOneRow) {
  const GoldenTokens tokens("qwen2");
  const RowEncoder encoder = tokens.encoder();
  const std::vector<std::string> said{"Goethe.", "Schiller."};
  const text::Messages& all = three_turns;
  const nn::TrainRow early = encoder.replies({all.begin(), all.begin() + 2}, said),
                     late = encoder.replies({all.begin(), all.begin() + 4}, {&said[0], 1}),
                     other = encoder.replies({{"user", "What is the capital of Peru?"}}, {&said[1], 1});
  const auto rows = share_prefixes({early, late, other});
  ASSERT_EQ(rows.size(), 2u);
  ASSERT_EQ(rows[0].branches.size(), 3u);
  EXPECT_EQ(rows[0].prefix, late.prefix);
  EXPECT_EQ(ids_of(rows[0], 0), ids_of(early, 0));
  EXPECT_EQ(ids_of(rows[0], 1), ids_of(early, 1));
  EXPECT_EQ(ids_of(rows[0], 2), ids_of(late));
  EXPECT_EQ(rows[0].unshared_tokens(), early.unshared_tokens() + late.unshared_tokens());
  EXPECT_LT(rows[0].tokens(), early.tokens() + late.tokens());
  EXPECT_EQ(ids_of(rows[1]), ids_of(other));
}

TEST(FitRow, CutsTheEndAsTrl) {
  nn::TrainRow row = small_row();
  EXPECT_EQ(fit_row(row, 0), Fit::whole);
  EXPECT_EQ(fit_row(row, 8), Fit::whole);
  EXPECT_EQ(ids_of(row), ids_of(small_row()));
  EXPECT_EQ(fit_row(row, 7), Fit::cut);
  EXPECT_EQ(row.branches[0].tokens, (Ids{4, 5}));  // 6 and 7 are not trained, and nothing behind them is left
  EXPECT_EQ(row.branches[0].trained, (std::vector<char>{1, 1}));
  EXPECT_EQ(row.branches[1].tokens, (Ids{9}));
  EXPECT_EQ(fit_row(row, 4), Fit::cut);
  EXPECT_EQ(row.branches[0].tokens, (Ids{4}));
  EXPECT_EQ(fit_row(row, 3), Fit::nothing_left);
  expect_contains(error_of([&] { fit_row(row, -1); }), "-1 tokens");
}

TEST(NameRow, TheKeyIsOfTheTokens) {
  nn::TrainRow row = small_row(), same = small_row(), other = small_row();
  other.branches[1].tokens[0] = 10;
  name_row(row, "a:1");
  name_row(same, "b:2");
  name_row(other, "a:1");
  EXPECT_EQ(row.id, "a:1");
  EXPECT_EQ(row.key, same.key);
  EXPECT_NE(row.key, other.key);
}

}  // namespace
}  // namespace counterpoint::persuasion
