// pbt render: exactly the rendered text, by the model's own template or by name.
#include "counterpoint/core/files.h"
#include "counterpoint/text/message_json.h"
#include "counterpoint/weights/model_files.h"
#include "tests/commands/run_command.h"
#include "tests/support/support.h"

namespace counterpoint::test {
namespace {

CommandResult render(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "render");
  return run_command(std::move(arguments), {commands::declare_render});
}

std::string written(const ScratchDir& folder, const std::string& name, const std::string& content) {
  write_file_atomic(folder / name, content);
  return (folder / name).string();
}

constexpr const char* talk = R"([{"role": "system", "content": "S"}, {"role": "user", "content": " Größe? "}])";

TEST(Render, PrintsTheTextAndNothingElse) {
  const ScratchDir folder;
  const std::string file = written(folder, "talk.json", talk);
  EXPECT_EQ(render({"--chat-format", "chatml", "--messages", file}).out,
            "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\n Größe? <|im_end|>\n");
  EXPECT_EQ(render({"--chat-format", "llama3", "--messages", file, "--add_generation_prompt"}).out,
            "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nS<|eot_id|><|start_header_id|>user"
            "<|end_header_id|>\n\nGröße?<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n");
}

TEST(Render, AFolderNeedsNoMoreThanItsTemplate) {
  const auto data = data_dir();
  SKIP_WITHOUT(data, "the data folder");
  const ScratchDir folder;
  const std::string file = written(folder, "talk.json", talk);
  written(folder, "tokenizer_config.json",
          read_file(*data / "tokenizers" / "mistral-7b-instruct-v0.3" / "tokenizer_config.json"));
  EXPECT_EQ(render({"--model", folder.path().string(), "--messages", file}).out, "<s>[INST] S\n\n Größe? [/INST]");
}

TEST(Render, WhatIsWrongIsNamed) {
  const ScratchDir folder;
  const auto error = [&](const std::string& content) {
    const auto result = render({"--chat-format", "mistral-v0.3", "--messages", written(folder, "m.json", content)});
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_EQ(result.out, "");
    return result.error;
  };
  const std::pair<const char*, const char*> cases[] = {
      {"{", "not a JSON file"},
      {"{}", "a list of"},
      {"[]", "the list of messages is empty"},
      {R"([{"role": "user"}])", "content"},
      {R"([{"role": "usr", "content": "x"}])", "did you mean 'user'?"},
      {R"([{"role": "user", "content": 3}])", "content"},
      {R"([{"role": "assistant", "content": "x"}])", "roles must alternate"}};
  for (const auto& [content, part] : cases) {
    const std::string message = error(content);
    EXPECT_NE(message.find(part), std::string::npos) << message;
  }
  const std::string file = written(folder, "talk.json", talk);
  EXPECT_NE(render({"--messages", file}).error.find("--model or --chat-format"), std::string::npos);
  EXPECT_NE(render({"--chat-format", "chatm", "--messages", file}).error.find("did you mean 'chatml'?"),
            std::string::npos);
}

TEST(Render, SmolLM2sOwnTemplateIsRecognised) {
  const auto model = smollm2();
  SKIP_WITHOUT(model, "SmolLM2");
  const auto files = weights::open_model(*model, {.tensors = false});
  EXPECT_EQ(files.chat_format->name(), "chatml-smollm2");
  const data::Json reference = data::read_json(golden("text/chat.json"));
  const data::Json& conversations = reference["conversations"];
  const data::Json& rendered = reference["templates"]["smollm2"]["rendered"];
  const ScratchDir folder;
  for (size_t i = 0; i < conversations.size(); i += 5) {
    const std::string file = written(folder, "talk.json", conversations[i].dump());
    EXPECT_EQ(render({"--model", model->string(), "--messages", file}).out, rendered[i][0].get<std::string>());
    EXPECT_EQ(render({"--model", model->string(), "--messages", file, "--add-generation-prompt"}).out,
              rendered[i][1].get<std::string>());
  }
}

}  // namespace
}  // namespace counterpoint::test
