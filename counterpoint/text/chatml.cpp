// ChatML and Qwen3's variant of it.
#include "counterpoint/text/chat_formats.h"

namespace counterpoint::text {
namespace {

constexpr std::string_view think_begin = "<think>", think_end = "</think>";

std::string turn(const std::string& role, const std::string& content) {
  return "<|im_start|>" + role + "\n" + content + "<|im_end|>\n";
}

class Chatml : public ChatFormat {
 public:
  Chatml(std::string name, std::string default_system)
      : name_(std::move(name)), default_system_(std::move(default_system)) {}

  std::string name() const override { return name_; }
  std::string turn_end() const override { return "<|im_end|>\n"; }
  std::string stop_token() const override { return "<|im_end|>"; }

  std::string render(const Messages& messages, RenderOptions options) const override {
    check_roles(messages, name_);
    std::string out;
    if (!default_system_.empty() && messages.front().role != "system") out += turn("system", default_system_);
    append_turns(messages, out);
    if (options.add_generation_prompt) out += "<|im_start|>assistant\n";
    return out;
  }

 protected:
  virtual void append_turns(const Messages& messages, std::string& out) const {
    for (const Message& message : messages) out += turn(message.role, message.content);
  }

 private:
  std::string name_, default_system_;
};

std::string without_newlines_before(std::string_view text) {
  const size_t first = text.find_first_not_of('\n');
  return first == std::string_view::npos ? "" : std::string(text.substr(first));
}

std::string without_newlines_behind(std::string_view text) {
  const size_t last = text.find_last_not_of('\n');
  return last == std::string_view::npos ? "" : std::string(text.substr(0, last + 1));
}

struct Reply {
  std::string thinking, text;
};

/// "<think>\n..\n</think>\n\nTEXT" in its two parts.
Reply reply_in(const std::string& content) {
  const size_t first_end = content.find(think_end);
  if (first_end == std::string::npos) return {"", content};
  std::string thinking = without_newlines_behind(content.substr(0, first_end));
  const size_t begin = thinking.rfind(think_begin);
  if (begin != std::string::npos) thinking.erase(0, begin + think_begin.size());
  return {without_newlines_before(thinking),
          without_newlines_before(content.substr(content.rfind(think_end) + think_end.size()))};
}

class Qwen3 final : public Chatml {
 public:
  Qwen3() : Chatml("qwen3", "") {}
  std::string reply_prefix() const override { return "<think>\n\n</think>\n\n"; }
  std::string reply(std::string_view text) const override { return with_thinking(reply_in(std::string(text))); }

 private:
  static std::string with_thinking(const Reply& reply) {
    return "<think>\n" + without_newlines_behind(reply.thinking) + "\n</think>\n\n" +
           without_newlines_before(reply.text);
  }

  /// The last user message that is no tool's answer; behind it a reply keeps its thinking.
  static size_t last_query(const Messages& messages) {
    for (size_t i = messages.size(); i-- > 0;) {
      const std::string& content = messages[i].content;
      const bool of_tool = content.starts_with("<tool_response>") && content.ends_with("</tool_response>");
      if (messages[i].role == "user" && !of_tool) return i;
    }
    return messages.size() - 1;
  }

  void append_turns(const Messages& messages, std::string& out) const override {
    const size_t query = last_query(messages);
    for (size_t i = 0; i < messages.size(); ++i) {
      if (messages[i].role != "assistant") {
        out += turn(messages[i].role, messages[i].content);
        continue;
      }
      const Reply reply = reply_in(messages[i].content);
      const bool thinks = i > query && (i + 1 == messages.size() || !reply.thinking.empty());
      out += turn("assistant", thinks ? with_thinking(reply) : reply.text);
    }
  }
};

}  // namespace

std::unique_ptr<ChatFormat> make_chatml(std::string name, std::string default_system) {
  return std::make_unique<Chatml>(std::move(name), std::move(default_system));
}

std::unique_ptr<ChatFormat> make_qwen3() { return std::make_unique<Qwen3>(); }

}  // namespace counterpoint::text
