// Mistral's instruct models, v0.2 and v0.3. Generation prompts are empty there: a prompt ends with [/INST].
#include "counterpoint/core/error.h"
#include "counterpoint/text/chat_formats.h"
#include "counterpoint/text/unicode.h"

namespace counterpoint::text {
namespace {

class Mistral final : public ChatFormat {
 public:
  Mistral(MistralVersion version, std::string bos, std::string eos)
      : version_(version), bos_(std::move(bos)), eos_(std::move(eos)) {}

  std::string name() const override {
    switch (version_) {
      case MistralVersion::v02:
        return "mistral-v0.2";
      case MistralVersion::v02_original:
        return "mistral-v0.2-original";
      case MistralVersion::v03:
        return "mistral-v0.3";
    }
    return "";
  }
  std::string reply_prefix() const override { return version_ == MistralVersion::v02_original ? "" : " "; }
  std::string reply(std::string_view text) const override {
    return reply_prefix() + std::string(version_ == MistralVersion::v03 ? strip_space(text) : text);
  }
  std::string turn_end() const override { return eos_; }
  std::string stop_token() const override { return eos_; }

  std::string render(const Messages& messages, RenderOptions) const override {
    check_roles(messages, name());
    const bool has_system = version_ != MistralVersion::v02_original && messages.front().role == "system";
    const size_t first = has_system ? 1 : 0;
    check_alternation(messages, first);
    const size_t place_of_system = version_ == MistralVersion::v03 ? messages.size() - 1 : first;
    std::string out = bos_;
    for (size_t i = first; i < messages.size(); ++i) {
      const std::string& content = messages[i].content;
      if (messages[i].role == "assistant")
        out += reply(content) + eos_;
      else
        out += instruction(has_system && i == place_of_system ? messages.front().content + "\n\n" + content : content);
    }
    return out;
  }

 private:
  /// The words are those with which the templates refuse.
  void check_alternation(const Messages& messages, size_t first) const {
    const bool takes_system = version_ != MistralVersion::v02_original;
    for (size_t i = first; i < messages.size(); ++i) {
      const bool users_turn = (i - first) % 2 == 0;
      if ((messages[i].role == "user") != users_turn)
        fail("message {} ({}): {} roles must alternate user/assistant/user/assistant/... ({})", i + 1, messages[i].role,
             takes_system ? "After the optional system message, conversation" : "Conversation", name());
      if (messages[i].role == "system")
        fail("message {}: Only user and assistant roles are supported{} ({})", i + 1,
             takes_system ? ", with the exception of an initial optional system message!" : "!", name());
    }
  }

  std::string instruction(const std::string& content) const {
    switch (version_) {
      case MistralVersion::v02:
        return " [INST] " + content + " [/INST]";
      case MistralVersion::v02_original:
        return "[INST] " + content + " [/INST]";
      case MistralVersion::v03:
        return "[INST] " + content + "[/INST]";
    }
    return "";
  }

  MistralVersion version_;
  std::string bos_, eos_;
};

}  // namespace

std::unique_ptr<ChatFormat> make_mistral(MistralVersion version, std::string bos, std::string eos) {
  return std::make_unique<Mistral>(version, std::move(bos), std::move(eos));
}

}  // namespace counterpoint::text
