// pbt chat: a conversation in the terminal.
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <memory>

#include "counterpoint/commands/option_help.h"
#include "counterpoint/commands/pbt/chat_session.h"
#include "counterpoint/commands/pbt/commands.h"
#include "counterpoint/commands/pbt/engine_options.h"
#include "counterpoint/commands/pbt/model_options.h"
#include "counterpoint/commands/pbt/question_options.h"
#include "counterpoint/core/error.h"
#include "counterpoint/core/interrupt.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/report/terminal.h"

namespace counterpoint::commands {
namespace {

struct Options {
  ModelSpec model;
  ModelOptions models;
  ChatSettings chat{.system = "", .sampling = {.max_new_tokens = 512}};
};

/// What a model says cannot move the cursor or change the terminal: control characters are shown as U+FFFD.
std::string shown(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const char32_t character = next_utf8(text, at);
    const bool control = character < 0x20 || (character >= 0x7F && character < 0xA0);
    append_utf8(out, control && character != '\n' && character != '\t' ? U'\uFFFD' : character);
  }
  return out;
}

ChatSession::Output console_output() {
  const bool faint = report::terminal_of(STDERR_FILENO).colour;
  return {.reply =
              [](std::string_view piece) {
                std::fputs(shown(piece).c_str(), stdout);
                std::fflush(stdout);
              },
          .note =
              [faint](const std::string& line) {
                std::fprintf(stderr, faint ? "\033[2m%s\033[0m\n" : "%s\n", shown(line).c_str());
              }};
}

/// Asks for a line where a person sits. False: there are no more.
bool read_line(bool person, std::string& line) {
  if (person) {
    std::fputs(report::terminal_of(STDOUT_FILENO).colour ? "\n\033[1m>\033[0m " : "\n> ", stdout);
    std::fflush(stdout);
  }
  return static_cast<bool>(std::getline(std::cin, line));
}

void greet(const ModelSpec& spec) {
  const std::string adapter = spec.adapter.empty() ? "" : " with " + spec.adapter;
  std::fprintf(stderr, "%s%s. /help lists the commands, Ctrl-D ends.\n", spec.model.c_str(), adapter.c_str());
}

void run(Options& options) {
  options.models.give_up_after = 0;  // the person decides
  ModelShelf shelf(options.models);
  options.chat.adapter = !options.model.adapter.empty();
  const auto model = [&](bool adapted) -> generate::ChatModel& {
    return shelf.get({options.model.model, adapted ? options.model.adapter : ""});
  };
  model(true);
  const bool person = ::isatty(STDIN_FILENO) != 0;
  if (person) greet(options.model);
  ChatSession session(options.chat, model, console_output(), interrupted);
  for (std::string line; read_line(person, line);) {
    const InterruptGuard guard;  // while the model speaks; waiting for a line, Ctrl-C ends the program
    if (!session.take(line)) return;
  }
  if (person) std::fputs("\n", stdout);
}

}  // namespace

void declare_chat(CLI::App& program) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = program.add_subcommand("chat", "Talk to a model in the terminal, with and without an adapter.");
  command->add_option("--model", options->model.model, "HF folder, GGUF file, or server http://HOST/v1#MODEL")
      ->required();
  add_adapter_option(*command, options->model.adapter);
  command->add_option("--system", options->chat.system, "System message (default: the template's own, if any)");
  shown_as(command->add_option("--seed", options->chat.seed, "Of the replies")->capture_default_str(), "N");
  add_sampling_options(*command, options->chat.sampling);
  add_model_options(*command, options->models);
  command->callback([options] { run(*options); });
}

}  // namespace counterpoint::commands
