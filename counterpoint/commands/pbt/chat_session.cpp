#include "counterpoint/commands/pbt/chat_session.h"

#include <algorithm>
#include <filesystem>

#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/core/random.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/text/message_json.h"

namespace counterpoint::commands {

struct ChatSession::Command {
  std::string name, argument, help;
  void (ChatSession::*run)(const std::string& argument);
};

const std::vector<ChatSession::Command>& ChatSession::commands() {
  static const std::vector<Command> all{
      {"/base", "", "the next reply comes from the model without its adapter", &ChatSession::base},
      {"/retry", "", "another reply to what you said last", &ChatSession::retry},
      {"/undo", "", "takes back what you said last, and the reply", &ChatSession::undo},
      {"/clear", "", "begins again", &ChatSession::clear},
      {"/save", "FILE", "writes the conversation as JSON", &ChatSession::save},
      {"/help", "", "this list", &ChatSession::help},
      {"/quit", "", "ends, as Ctrl-D does", &ChatSession::quit}};
  return all;
}

ChatSession::ChatSession(ChatSettings settings, Models models, Output output, Stop stop)
    : settings_(std::move(settings)), models_(std::move(models)), output_(std::move(output)), stop_(std::move(stop)) {
  clear("");
}

bool ChatSession::take(const std::string& line) {
  const std::string text(trim(line));
  try {
    if (text.starts_with("/") && !text.starts_with("//"))
      obey(text);
    else if (!text.empty())
      say(text.starts_with("//") ? text.substr(1) : text);
  } catch (const Error& error) {
    output_.note(error.what());
  }
  return !over_;
}

void ChatSession::obey(const std::string& line) {
  const size_t end = std::min(line.find_first_of(" \t"), line.size());
  const std::string name = line.substr(0, end), argument(trim(std::string_view(line).substr(end)));
  const auto found = std::ranges::find(commands(), name, &Command::name);
  if (found == commands().end()) {
    std::vector<std::string> names;
    for (const Command& command : commands()) names.push_back(command.name);
    fail("unknown command {}{}", name, suggestion(name, names));
  }
  if (found->argument.empty() && !argument.empty()) fail("{} takes nothing behind it", name);
  if (!found->argument.empty() && argument.empty()) fail("{} needs {} behind it", name, found->argument);
  (this->*found->run)(argument);
}

void ChatSession::say(const std::string& text) {
  text::Messages prompt = messages_;
  prompt.push_back({"user", text});
  unsaid_ = answer(std::move(prompt)) ? "" : text;
}

/// A reply to the prompt, with which it becomes the conversation. False: there was none, and nothing has changed.
bool ChatSession::answer(text::Messages prompt) {
  const bool adapted = !std::exchange(base_next_, false);
  if (!adapted) output_.note("(without the adapter)");
  const generate::ChatReply reply = ask(prompt, adapted);
  const bool stopped = stop_();
  if (!reply.error.empty()) output_.note(reply.error + " (/retry tries again)");
  if (stopped) output_.note(reply.text.empty() ? "(stopped before anything was said)" : "(stopped)");
  if (!reply.error.empty() || (stopped && reply.text.empty())) return false;
  if (!stopped && !reply.stopped)
    output_.note(fmt::format("(cut off at --max-new-tokens {})", settings_.sampling.max_new_tokens));
  messages_ = std::move(prompt);
  messages_.push_back({"assistant", reply.text});
  return true;
}

/// Shows the reply while it comes.
generate::ChatReply ChatSession::ask(const text::Messages& prompt, bool adapted) {
  generate::ChatReply reply;
  bool done = false;
  size_t shown = 0;
  generate::ChatRequest request{.messages = prompt, .opening = "", .sampling = settings_.sampling, .stream = 0};
  request.stream = stream_seed(settings_.seed, {"chat", std::to_string(replies_++)});
  request.on_text = [&](std::string_view piece) {
    shown += piece.size();
    output_.reply(piece);
  };
  request.stop = stop_;
  generate::ChatModel& model = models_(adapted);
  model.submit(std::move(request), [&](generate::ChatReply finished) {
    reply = std::move(finished);
    done = true;
  });
  while (!done && model.advance()) {
  }
  if (shown > 0) output_.reply("\n");
  return reply;
}

void ChatSession::base(const std::string&) {
  if (!settings_.adapter) fail("there is no adapter to switch off: the model was opened without --adapter");
  base_next_ = true;
  output_.note("(the next reply comes without the adapter)");
}

void ChatSession::retry(const std::string&) {
  if (!unsaid_.empty()) return say(std::string(unsaid_));
  if (messages_.empty() || messages_.back().role != "assistant") fail("nothing has been said yet");
  answer({messages_.begin(), messages_.end() - 1});
}

void ChatSession::undo(const std::string&) {
  if (messages_.empty() || messages_.back().role != "assistant") fail("nothing has been said yet");
  messages_.resize(messages_.size() - 2);
  unsaid_.clear();
  output_.note("(taken back)");
}

void ChatSession::clear(const std::string&) {
  if (!messages_.empty()) output_.note("(a new conversation)");
  messages_.clear();
  unsaid_.clear();
  if (!settings_.system.empty()) messages_.push_back({"system", settings_.system});
}

void ChatSession::save(const std::string& path) {
  if (messages_.empty()) fail("nothing has been said yet");
  if (std::filesystem::exists(path) && !saved_.contains(path)) fail("{} is there already; choose another name", path);
  write_file_atomic(path, text::to_json(messages_).dump(2) + "\n");
  saved_.insert(path);
  output_.note(fmt::format("({} messages written to {})", messages_.size(), path));
}

void ChatSession::help(const std::string&) {
  for (const Command& command : commands())
    output_.note(fmt::format("  {:<12}{}", command.name + " " + command.argument, command.help));
  output_.note("  Ctrl-C      stops the reply. What begins with two slashes is said with one.");
}

}  // namespace counterpoint::commands
