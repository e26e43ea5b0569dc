// Llama 3 and 3.1.
#include "counterpoint/text/chat_formats.h"
#include "counterpoint/text/unicode.h"

namespace counterpoint::text {
namespace {

class Llama3 final : public ChatFormat {
 public:
  Llama3(bool dated, std::string bos) : dated_(dated), bos_(std::move(bos)) {}

  std::string name() const override { return dated_ ? "llama3.1" : "llama3"; }
  std::string turn_end() const override { return "<|eot_id|>"; }
  std::string stop_token() const override { return "<|eot_id|>"; }
  std::string reply(std::string_view text) const override { return trimmed(text); }

  std::string render(const Messages& messages, RenderOptions options) const override {
    check_roles(messages, name());
    std::string out = bos_;
    size_t first = 0;
    if (dated_) {
      const bool has_system = messages.front().role == "system";
      first = has_system ? 1 : 0;
      // The dates that the template writes where it is given none.
      out += turn("system", "Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n" +
                                (has_system ? trimmed(messages.front().content) : ""));
    }
    for (size_t i = first; i < messages.size(); ++i) out += turn(messages[i].role, trimmed(messages[i].content));
    if (options.add_generation_prompt) out += header("assistant");
    return out;
  }

 private:
  static std::string trimmed(std::string_view content) { return std::string(strip_space(content)); }
  static std::string header(const std::string& role) { return "<|start_header_id|>" + role + "<|end_header_id|>\n\n"; }
  static std::string turn(const std::string& role, const std::string& content) {
    return header(role) + content + "<|eot_id|>";
  }

  bool dated_;
  std::string bos_;
};

}  // namespace

std::unique_ptr<ChatFormat> make_llama3(bool dated, std::string bos) {
  return std::make_unique<Llama3>(dated, std::move(bos));
}

}  // namespace counterpoint::text
