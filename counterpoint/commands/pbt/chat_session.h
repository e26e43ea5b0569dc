// A conversation with a model, with and without its adapter, driven line by line.
#pragma once
#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "counterpoint/generate/chat_model.h"

namespace counterpoint::commands {

struct ChatSettings {
  std::string system;  ///< "" = none of our own (the model's template may have one)
  generate::Sampling sampling;
  std::uint64_t seed = 12;
  bool adapter = false;  ///< there is one that /base can switch off
};

class ChatSession {
 public:
  /// The model with its adapter or without; opened when it is first asked for.
  using Models = std::function<generate::ChatModel&(bool adapted)>;
  /// Whether the person wants the reply under way to stop.
  using Stop = std::function<bool()>;
  struct Output {
    std::function<void(std::string_view)> reply;        ///< what the model says, piece by piece
    std::function<void(const std::string& line)> note;  ///< what the program says
  };
  ChatSession(ChatSettings settings, Models models, Output output, Stop stop);

  /// A command ("/undo"), or something said to the model ("//x" says "/x"). False: the conversation is over.
  bool take(const std::string& line);
  const text::Messages& messages() const { return messages_; }

 private:
  struct Command;
  static const std::vector<Command>& commands();
  void obey(const std::string& line);
  void say(const std::string& text);
  bool answer(text::Messages prompt);
  generate::ChatReply ask(const text::Messages& prompt, bool adapted);

  void base(const std::string&);
  void retry(const std::string&);
  void undo(const std::string&);
  void clear(const std::string&);
  void save(const std::string& path);
  void help(const std::string&);
  void quit(const std::string&) { over_ = true; }

  ChatSettings settings_;
  Models models_;
  Output output_;
  Stop stop_;
  text::Messages messages_;
  std::string unsaid_;           ///< what the last failure kept from being answered
  std::set<std::string> saved_;  ///< files that this conversation has written and may write again
  std::int64_t replies_ = 0;
  bool base_next_ = false, over_ = false;
};

}  // namespace counterpoint::commands
