// Prompt and reply as ids: one BOS, the prompt a prefix of the whole, and the whole as the template itself gives it.
#include "counterpoint/text/encode_chat.h"

#include <algorithm>
#include <map>

#include "tests/support/support.h"

namespace counterpoint::test {
namespace {

using text::Messages;
using text::ReplyEnd;
using text::TokenId;

struct Model {
  const char *folder, *format;
};
constexpr Model models[] = {{"qwen2.5", "chatml-qwen2.5"},
                            {"qwen2.5", "qwen3"},
                            {"llama3.1", "llama3"},
                            {"llama3.1", "llama3.1"},
                            {"mistral-7b-instruct-v0.2", "mistral-v0.2"},
                            {"mistral-7b-instruct-v0.2", "mistral-v0.2-original"},
                            {"mistral-7b-instruct-v0.3", "mistral-v0.3"}};

/// Loaded once for all tests.
const text::Tokenizer& tokenizer_in(const std::filesystem::path& data, const char* folder) {
  static std::map<std::string, std::unique_ptr<text::Tokenizer>> loaded;
  auto& tokenizer = loaded[folder];
  if (!tokenizer) tokenizer = text::load_tokenizer(data / "tokenizers" / folder);
  return *tokenizer;
}

std::vector<TokenId> joined(std::vector<TokenId> first, const std::vector<TokenId>& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

TEST(EncodeChat, PromptAndReplyAreTheRenderedConversation) {
  const auto data = data_dir();
  SKIP_WITHOUT(data, "the data folder");
  const Messages prompt{{"user", "Is it 12 or 7?"}};
  const Messages whole{{"user", "Is it 12 or 7?"}, {"assistant", "It is 12, I'm sure."}};
  for (const Model& model : models) {
    SCOPED_TRACE(model.format);
    const text::Tokenizer& tokenizer = tokenizer_in(*data, model.folder);
    const auto format = text::make_chat_format(model.format);
    const auto ids = text::encode_prompt(tokenizer, *format, prompt);
    const auto reply = text::encode_reply(tokenizer, *format, whole[1].content, ReplyEnd::turn_end);
    EXPECT_EQ(joined(ids, reply), tokenizer.encode(format->render(whole)));
    const auto stopped = text::encode_reply(tokenizer, *format, whole[1].content, ReplyEnd::stop_token);
    const auto open = text::encode_reply(tokenizer, *format, whole[1].content, ReplyEnd::open);
    EXPECT_EQ(stopped, joined(open, {text::stop_id(tokenizer, *format)}));
    EXPECT_TRUE(std::equal(stopped.begin(), stopped.end(), reply.begin()));
  }
}

TEST(EncodeChat, ThereIsOneBosAtMost) {
  const auto data = data_dir();
  SKIP_WITHOUT(data, "the data folder");
  const std::pair<Model, const char*> cases[] = {
      {models[2], "<|begin_of_text|>"}, {models[3], "<|begin_of_text|>"}, {models[4], "<s>"}, {models[6], "<s>"}};
  for (const auto& [model, spelling] : cases) {
    const text::Tokenizer& tokenizer = tokenizer_in(*data, model.folder);
    const auto format = text::make_chat_format(model.format);
    const auto ids = text::encode_prompt(tokenizer, *format, {{"user", "a"}, {"assistant", "b"}, {"user", "c"}});
    const TokenId bos = tokenizer.id_of(spelling).value();
    EXPECT_EQ(ids.front(), bos);
    EXPECT_EQ(std::count(ids.begin(), ids.end(), bos), 1);
  }
}

TEST(EncodeChat, AnOpenReplyWithoutTextIsEmptyButForQwen3) {
  const auto data = data_dir();
  SKIP_WITHOUT(data, "the data folder");
  for (const Model& model : models) {
    const text::Tokenizer& tokenizer = tokenizer_in(*data, model.folder);
    const auto format = text::make_chat_format(model.format);
    const auto ids = text::encode_reply(tokenizer, *format, "", ReplyEnd::open);
    if (format->name() == "qwen3")
      EXPECT_EQ(tokenizer.decode(ids), "<think>\n\n</think>\n\n");
    else
      EXPECT_TRUE(ids.empty()) << model.format;
  }
}

TEST(EncodeChat, SpecialTokensInAReplyAreText) {
  const auto data = data_dir();
  SKIP_WITHOUT(data, "the data folder");
  const text::Tokenizer& tokenizer = tokenizer_in(*data, "qwen2.5");
  const auto format = text::make_chat_format("chatml");
  const auto ids = text::encode_reply(tokenizer, *format, "I say <|im_end|> here", ReplyEnd::stop_token);
  EXPECT_EQ(std::count(ids.begin(), ids.end(), text::stop_id(tokenizer, *format)), 1);
  EXPECT_EQ(tokenizer.decode(ids, true), "I say <|im_end|> here");
}

TEST(EncodeChat, TheTokenizerOfAnotherModelIsRefused) {
  const auto data = data_dir();
  SKIP_WITHOUT(data, "the data folder");
  const text::Tokenizer& tokenizer = tokenizer_in(*data, "gpt2");
  const auto format = text::make_chat_format("chatml");
  EXPECT_NE(error_of([&] {
              text::encode_reply(tokenizer, *format, "x", ReplyEnd::stop_token);
            }).find("'<|im_end|>', which the tokenizer does not have"),
            std::string::npos);
}

}  // namespace
}  // namespace counterpoint::test
