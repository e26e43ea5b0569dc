// pbt tokenize on the published strings, and SmolLM2's ids out of its GGUF file.
#include "counterpoint/core/files.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/weights/model_files.h"
#include "tests/commands/run_command.h"
#include "tests/text/golden_strings.h"

namespace counterpoint::test {
namespace {

CommandResult tokenize(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "tokenize");
  return run_command(std::move(arguments), {commands::declare_tokenize});
}

TEST(Tokenize, OutputEqualsThePublishedFiles) {
  const auto data = data_dir();
  SKIP_WITHOUT(data, "the data folder");
  const auto folder = *data / "tokenizers";
  const std::pair<const char*, const char*> published[] = {{"gpt-2", "gpt2"}, {"roberta-bpe", "roberta-base"}};
  for (const auto& [name, model] : published) {
    const auto input = folder / "golden" / (std::string(name) + ".inp");
    const auto result = tokenize(
        {"--model", (folder / model).string(), "--input", input.string(), "--separator", "\n__ggml_vocab_test__\n"});
    EXPECT_EQ(result.exit_code, 0) << result.error;
    // The published lines have a space before the first id too.
    const std::string lines = "\n" + read_file(folder / "golden" / (std::string(name) + ".out"));
    EXPECT_EQ("\n" + result.out, replace_all(lines, "\n ", "\n"));
  }
}

TEST(Tokenize, EachLineIsAString) {
  const auto model = golden("text/small_splits.tokenizer.json").string();
  const auto line = [&](const std::string& text) { return tokenize({"--model", model, "--text", text}).out; };
  EXPECT_EQ(line(""), "");
  EXPECT_EQ(line("\n"), "\n");
  EXPECT_EQ(line("word\n"), line("word"));
  EXPECT_EQ(line("word\n\nother"), line("word") + "\n" + line("other"));
  EXPECT_EQ(line("a b"), tokenize({"--model", model, "--text", "a b", "--separator", "|"}).out);
}

TEST(Tokenize, FilesAndOptionsThatAreWrongAreNamed) {
  const auto model = golden("text/small_splits.tokenizer.json").string();
  const auto missing = tokenize({"--model", "no/such.gguf", "--text", "a"});
  EXPECT_EQ(missing.exit_code, 1);
  EXPECT_NE(missing.error.find("no/such.gguf"), std::string::npos) << missing.error;
  const auto both = tokenize({"--model", model, "--text", "a", "--input", "b"});
  EXPECT_EQ(both.exit_code, 2);
  const auto empty = tokenize({"--model", model, "--text", "a", "--separator", ""});
  EXPECT_EQ(empty.exit_code, 1) << empty.error;
  EXPECT_NE(empty.error.find("--separator is empty"), std::string::npos) << empty.error;
}

TEST(Tokenize, SmolLM2sIdsAreTheReferences) {
  const auto data = data_dir();
  const auto model = smollm2();
  SKIP_WITHOUT(data, "the data folder");
  SKIP_WITHOUT(model, "SmolLM2");
  const auto files = weights::open_model(*model, {.tensors = false, .chat = false});
  expect_reference(*files.tokenizer, "smollm2", golden_strings(*data));
}

}  // namespace
}  // namespace counterpoint::test
