// pbt chat and pbt export as commands, and adapters on the command line.
#include <iostream>
#include <sstream>

#include "counterpoint/core/files.h"
#include "counterpoint/core/random.h"
#include "counterpoint/data/jsonl.h"
#include "counterpoint/weights/adapter.h"
#include "counterpoint/weights/model_files.h"
#include "tests/commands/run_command.h"
#include "tests/support/misbehaving_server.h"
#include "tests/support/support.h"

namespace counterpoint::test {
namespace {
namespace fs = std::filesystem;

/// With these lines as standard input.
CommandResult chat(std::vector<std::string> arguments, const std::string& input) {
  std::istringstream lines(input);
  std::streambuf* before = std::cin.rdbuf(lines.rdbuf());
  arguments.insert(arguments.begin(), "chat");
  const CommandResult result = run_command(std::move(arguments), {commands::declare_chat});
  std::cin.rdbuf(before);
  std::cin.clear();
  return result;
}

TEST(Chat, TalksToAServer) {
  const MisbehavingServer server({Act::answer, Act::bad_request, Act::answer});
  const CommandResult result =
      chat({"--model", server.address(), "--system", "S", "--temperature", "0"}, "one\ntwo\n/retry\n/quit\nthree\n");
  EXPECT_EQ(result.exit_code, 0) << result.error;
  EXPECT_EQ(result.out.substr(0, result.out.find(", seed")), "2 messages, last: one") << result.out;
  expect_contains(result.out, "\n4 messages, last: two");
  expect_contains(result.error, "(/retry tries again)");
  EXPECT_EQ(server.seen().size(), 3u);
}

TEST(Chat, AnAdapterCannotBePutOnAServer) {
  const CommandResult result = chat({"--model", "http://127.0.0.1:9/v1#m", "--adapter", "lora"}, "hi\n");
  EXPECT_EQ(result.exit_code, 1);
  expect_contains(result.error, "the adapter lora cannot be put on http://127.0.0.1:9/v1#m: a server chooses");
}

/// An adapter for SmolLM2 that makes it say something else.
void write_loud_adapter(const fs::path& model, const fs::path& folder) {
  const auto config = weights::open_model(model, {.tokenizer = false}).config;
  weights::Adapter adapter{{}, weights::adapted_parts({}, config)};
  RandomStream random(1);
  for (auto& [name, part] : adapter.parts) {
    for (std::int64_t i = 0; i < part.r * part.in; ++i) part.a.push_back(static_cast<float>(random.uniform() - 0.5));
    for (std::int64_t i = 0; i < part.out * part.r; ++i) part.b.push_back(static_cast<float>(random.uniform() - 0.5));
  }
  weights::write_adapter(folder, adapter);
}

TEST(Chat, BaseSwitchesTheAdapterOffForOneReply) {
  const auto model = smollm2();
  SKIP_WITHOUT(model, "SmolLM2");
  const ScratchDir dir;
  write_loud_adapter(*model, dir / "lora");
  const std::string question = "What is the capital of France?\n";
  const CommandResult result = chat({"--model", model->string(), "--adapter", (dir / "lora").string(), "--temperature",
                                     "0", "--max-new-tokens", "12"},
                                    "/base\n" + question + "/clear\n" + question);
  ASSERT_EQ(result.exit_code, 0) << result.error;
  const std::string paris = "The capital of France is Paris.\n";
  EXPECT_EQ(result.out.substr(0, paris.size()), paris) << result.out;
  EXPECT_GT(result.out.size(), paris.size());
  EXPECT_EQ(result.out.find("Paris", paris.size()), std::string::npos) << result.out;
}

TEST(Chat, AnAdapterOfAnotherModelIsRefusedAtOnce) {
  const auto model = smollm2();
  SKIP_WITHOUT(model, "SmolLM2");
  const CommandResult result =
      chat({"--model", model->string(), "--adapter", golden("adapters/llama-qkv").string()}, "hi\n");
  EXPECT_EQ(result.exit_code, 1);
  expect_contains(result.error, "lora_A.weight' is missing");
  EXPECT_EQ(result.out, "");
}

CommandResult run_export(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "export");
  return run_command(std::move(arguments), {commands::declare_export});
}

TEST(ExportCommand, SaysWhatItWrote) {
  const ScratchDir dir;
  const std::string output = (dir / "out").string();
  const std::vector<std::string> arguments{"--model",      golden("models/llama").string(),
                                           "--adapter",    golden("adapters/llama-qkv").string(),
                                           "--output-dir", output};
  const CommandResult result = run_export(arguments);
  EXPECT_EQ(result.out, "Written: " + output + " (21 tensors, the adapter merged into 6; 0 MB in float32)\n");
  EXPECT_TRUE(fs::exists(dir / "out/generation_config.json"));
  const CommandResult again = run_export(arguments);
  EXPECT_EQ(again.exit_code, 1);
  expect_contains(again.error, "holds something already");
  EXPECT_EQ(run_export({"--model", "m", "--output-dir", output, "--dtype", "float8"}).exit_code, 2);
}

TEST(Adapters, ARunsSettingsNameThem) {
  const MisbehavingServer server({Act::answer});
  const ScratchDir dir;
  const auto questions = (dir / "q.jsonl").string(), folder = (dir / "run").string();
  write_file_atomic(questions, "{\"id\": \"1\", \"question\": \"Say Paris!\", \"answers\": [\"Paris\"]}\n");
  const CommandResult result =
      run_command({"generate", "--questions", questions, "--agent-a", server.address(), "--agent-b", server.address(),
                   "--adapter-b", "lora", "--answer-mode", "alias", "--output-dir", folder},
                  {commands::declare_generate});
  EXPECT_EQ(result.exit_code, 1);
  expect_contains(result.error, "the adapter lora cannot be put on");
  const data::Json settings = data::read_json(dir / "run/config.json")["settings"];
  EXPECT_EQ(settings["adapters"], (data::Json{{"B", "lora"}}));
}

}  // namespace
}  // namespace counterpoint::test
