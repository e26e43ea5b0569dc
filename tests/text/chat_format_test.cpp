// Renderings equal to transformers' apply_chat_template (golden/text/make_chat_golden.py), and the templates
// recognised.
#include "counterpoint/text/chat_format.h"

#include <map>

#include "counterpoint/core/files.h"
#include "counterpoint/text/message_json.h"
#include "tests/support/support.h"

namespace counterpoint::test {
namespace {

using text::ChatFormat;

const data::Json& chat_golden() {
  static const data::Json content = data::read_json(golden("text/chat.json"));
  return content;
}

void expect_renderings(const ChatFormat& format, const data::Json& rendered) {
  const data::Json& conversations = chat_golden()["conversations"];
  ASSERT_EQ(rendered.size(), conversations.size());
  for (size_t i = 0; i < rendered.size(); ++i) {
    SCOPED_TRACE(conversations[i].dump());
    const text::Messages messages = text::messages_from_json(conversations[i], "golden");
    if (rendered[i].is_null()) {
      EXPECT_NE(error_of([&] { format.render(messages); }), "");
      continue;
    }
    EXPECT_EQ(format.render(messages), rendered[i][0].get<std::string>());
    EXPECT_EQ(format.render(messages, {.add_generation_prompt = true}), rendered[i][1].get<std::string>());
  }
}

TEST(ChatFormat, RendersAsTransformers) {
  ASSERT_EQ(chat_golden()["templates"].size(), 10u);
  for (const auto& [name, reference] : chat_golden()["templates"].items()) {
    SCOPED_TRACE(name);
    const auto format = text::make_chat_format(reference["format"].get<std::string>());
    EXPECT_EQ(format->name(), reference["format"].get<std::string>());
    expect_renderings(*format, reference["rendered"]);
  }
}

TEST(ChatFormat, RecognisesTheTemplatesThatTheScriptHolds) {
  int recognised = 0;
  for (const auto& [name, reference] : chat_golden()["templates"].items()) {
    if (reference["template"].is_null()) continue;
    SCOPED_TRACE(name);
    const auto format =
        text::recognise_chat_format(reference["template"].get<std::string>(), reference["bos_token"].get<std::string>(),
                                    reference["eos_token"].get<std::string>());
    EXPECT_EQ(format->name(), reference["format"].get<std::string>());
    expect_renderings(*format, reference["rendered"]);
    ++recognised;
  }
  EXPECT_EQ(recognised, 3);
}

TEST(ChatFormat, RecognisesTheTemplatesInTheDataFolder) {
  const auto data = data_dir();
  SKIP_WITHOUT(data, "the data folder");
  const std::map<std::string, std::string> golden_of{
      {"qwen2.5", "qwen2.5"}, {"llama3.1", "llama3"}, {"mistral-7b-instruct-v0.3", "mistral-v0.3"}};
  for (const auto& [folder, name] : golden_of) {
    SCOPED_TRACE(folder);
    const auto format = text::load_chat_format(*data / "tokenizers" / folder);
    const data::Json& reference = chat_golden()["templates"][name];
    EXPECT_EQ(format->name(), reference["format"].get<std::string>());
    expect_renderings(*format, reference["rendered"]);
  }
}

TEST(ChatFormat, AFolderWithoutTemplateNamesTheOption) {
  const auto data = data_dir();
  SKIP_WITHOUT(data, "the data folder");
  const auto folder = *data / "tokenizers" / "mistral-7b-instruct-v0.2";
  EXPECT_NE(error_of([&] { text::load_chat_format(folder); }).find("--chat-format NAME"), std::string::npos);
  EXPECT_EQ(text::load_chat_format(folder, "mistral-v0.2")->name(), "mistral-v0.2");
}

TEST(ChatFormat, FilesOfAFolder) {
  const ScratchDir folder;
  EXPECT_NE(error_of([&] { text::load_chat_format(folder.path()); }).find("tokenizer_config.json"), std::string::npos);
  const auto jinja = chat_golden()["templates"]["mistral-v0.2"]["template"].get<std::string>();
  data::Json config{
      {"chat_template", {{{"name", "other"}, {"template", "x"}}, {{"name", "default"}, {"template", jinja}}}},
      {"bos_token", {{"content", "<b>"}}},
      {"eos_token", "<e>"}};
  write_file_atomic(folder / "tokenizer_config.json", config.dump());
  const text::Messages talk{{"user", "u"}, {"assistant", "a"}};
  EXPECT_EQ(text::load_chat_format(folder.path())->render(talk), "<b> [INST] u [/INST] a<e>");
  const auto chatml = chat_golden()["templates"]["chatml"]["template"].get<std::string>();
  write_file_atomic(folder / "chat_template.jinja", chatml);
  EXPECT_EQ(text::load_chat_format(folder.path())->name(), "chatml");
  write_file_atomic(folder / "tokenizer_config.json", "[1, ");
  EXPECT_NE(error_of([&] { text::load_chat_format(folder.path()); }).find("not a JSON file"), std::string::npos);
}

TEST(ChatFormat, UnknownNameAndRole) {
  EXPECT_EQ(error_of([] { text::make_chat_format("lama3"); }),
            "the chat format 'lama3' is not known (did you mean 'llama3'?)");
  const auto format = text::make_chat_format("chatml");
  EXPECT_EQ(error_of([&] {
              format->render({{"user", "u"}, {"asistant", "a"}});
            }),
            "message 2: the role 'asistant' is not known (did you mean 'assistant'?)");
  EXPECT_NE(error_of([&] { format->render({}); }).find("no messages"), std::string::npos);
}

TEST(ChatFormat, MistralSaysWhichMessageBreaksTheOrder) {
  const auto v03 = text::make_chat_format("mistral-v0.3");
  EXPECT_EQ(error_of([&] {
              v03->render({{"system", "s"}, {"user", "u"}, {"user", "u"}});
            }),
            "message 3 (user): After the optional system message, conversation roles must alternate "
            "user/assistant/user/assistant/... (mistral-v0.3)");
  const auto original = text::make_chat_format("mistral-v0.2-original");
  EXPECT_NE(error_of([&] {
              original->render({{"system", "s"}, {"user", "u"}});
            }).find("message 1 (system)"),
            std::string::npos);
}

TEST(ChatFormat, NamesAreMadeAndStopTokensBeginTheTurnEnd) {
  for (const std::string& name : text::chat_format_names()) {
    const auto format = text::make_chat_format(name);
    EXPECT_EQ(format->name(), name);
    EXPECT_FALSE(format->stop_token().empty());
    EXPECT_TRUE(format->turn_end().starts_with(format->stop_token()));
    // What stands between a prompt and the reply's text is what the template writes there.
    const text::Messages prompt{{"user", "u"}};
    const std::string begin = format->render(prompt, {.add_generation_prompt = true});
    EXPECT_EQ(begin + format->reply_prefix() + "reply" + format->turn_end(),
              format->render({{"user", "u"}, {"assistant", "reply"}}));
    for (const char* reply : {"reply", " \n\nreply \n", "<think>\nWell.\n</think>\n\nreply", ""})
      EXPECT_EQ(begin + format->reply(reply) + format->turn_end(),
                format->render({{"user", "u"}, {"assistant", reply}}))
          << name;
  }
}

}  // namespace
}  // namespace counterpoint::test
