// pbt tokenize: text in, token ids out.
#include <fmt/ranges.h>

#include <cstdio>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>

#include "counterpoint/commands/pbt/commands.h"
#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/weights/model_files.h"

namespace counterpoint::commands {
namespace {

struct Options {
  std::filesystem::path model, input;
  std::optional<std::string> text;
  std::string separator = "\n";
};

std::unique_ptr<text::Tokenizer> tokenizer_of(const std::filesystem::path& model) {
  if (model.extension() == ".json") return text::load_tokenizer(model);
  return std::move(weights::open_model(model, {.tensors = false, .chat = false}).tokenizer);
}

std::string whole_input(const Options& options) {
  if (options.text) return *options.text;
  if (!options.input.empty()) return read_file(options.input);
  return {std::istreambuf_iterator<char>(std::cin), {}};
}

/// What stands between separators. Nothing behind the last one is no string; an empty string between two is one.
std::vector<std::string_view> strings_in(std::string_view input, std::string_view separator) {
  std::vector<std::string_view> strings;
  for (size_t begin = 0; begin < input.size();) {
    const size_t end = std::min(input.find(separator, begin), input.size());
    strings.push_back(input.substr(begin, end - begin));
    begin = end + separator.size();
  }
  return strings;
}

void tokenize(const Options& options) {
  if (options.separator.empty()) fail("--separator is empty: a text of at least one character was expected");
  const auto tokenizer = tokenizer_of(options.model);
  const std::string input = whole_input(options);
  for (const std::string_view string : strings_in(input, options.separator)) {
    const std::string line = fmt::format("{}\n", fmt::join(tokenizer->encode(string), " "));
    std::fwrite(line.data(), 1, line.size(), stdout);
  }
}

}  // namespace

void declare_tokenize(CLI::App& program) {
  const auto options = std::make_shared<Options>();
  CLI::App* command =
      program.add_subcommand("tokenize", "Turn text into token ids: one line per string, no BOS or EOS added.");
  command->add_option("--model", options->model, "Model or tokenizer folder, tokenizer.json, or GGUF file")->required();
  CLI::Option* text = command->add_option("--text", options->text, "The text (default: standard input)");
  command->add_option("--input", options->input, "File with the text (default: standard input)")->excludes(text);
  command->add_option("--separator", options->separator, "What ends a string (default: a line break)");
  command->callback([options] { tokenize(*options); });
}

}  // namespace counterpoint::commands
