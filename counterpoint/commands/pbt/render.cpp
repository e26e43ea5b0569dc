// pbt render: a conversation in the model's own chat format.
#include <cstdio>
#include <memory>

#include <fmt/ranges.h>

#include "counterpoint/commands/pbt/commands.h"
#include "counterpoint/core/error.h"
#include "counterpoint/text/message_json.h"
#include "counterpoint/weights/model_files.h"

namespace counterpoint::commands {
namespace {

struct Options {
  std::filesystem::path model, messages;
  std::string chat_format;
  text::RenderOptions render;
};

/// A folder needs no tokenizer for this, and a format that is named needs no model.
std::unique_ptr<text::ChatFormat> format_of(const Options& options) {
  if (options.model.empty() && options.chat_format.empty())
    fail("--model or --chat-format is needed to know how to render");
  if (options.model.empty()) return text::make_chat_format(options.chat_format);
  if (std::filesystem::is_directory(options.model)) return text::load_chat_format(options.model, options.chat_format);
  return std::move(
      weights::open_model(options.model, {.chat_format = options.chat_format, .tensors = false}).chat_format);
}

void render(const Options& options) {
  const auto format = format_of(options);
  const std::string where = options.messages.string();
  const text::Messages messages = text::messages_from_json(data::read_json(options.messages), where);
  if (messages.empty()) fail("{}: the list of messages is empty", where);
  const std::string rendered = format->render(messages, options.render);
  std::fwrite(rendered.data(), 1, rendered.size(), stdout);
}

}  // namespace

void declare_render(CLI::App& program) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = program.add_subcommand(
      "render", "Print a conversation as the model's chat template renders it, without anything added.");
  command->add_option("--model", options->model, "Model or tokenizer folder, or GGUF file");
  command->add_option("--messages", options->messages, "One JSON list of {\"role\", \"content\"}")
      ->required()
      ->option_text("FILE REQUIRED");
  command->add_flag("--add-generation-prompt", options->render.add_generation_prompt,
                    "End with the header of the assistant's next turn");
  command->add_option("--chat-format", options->chat_format, "By name (default: by the model's own template)");
  command->footer(fmt::format("Chat formats: {}", fmt::join(text::chat_format_names(), " ")));
  command->callback([options] { render(*options); });
}

}  // namespace counterpoint::commands
