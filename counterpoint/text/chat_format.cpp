#include "counterpoint/text/chat_format.h"

#include <algorithm>
#include <array>
#include <functional>

#include "counterpoint/core/error.h"
#include "counterpoint/text/chat_formats.h"
#include "counterpoint/text/jinja_skeleton.h"
#include "counterpoint/text/known_templates.h"

#include <fmt/ranges.h>

namespace counterpoint::text {
namespace {

using Made = std::unique_ptr<ChatFormat>;

/// Default system lines of ChatML's users, by the name that they have for --chat-format.
struct ChatmlDefault {
  std::string_view name, system;
};
constexpr std::array chatml_defaults{
    ChatmlDefault{"chatml", ""},
    ChatmlDefault{"chatml-smollm2", "You are a helpful AI assistant named SmolLM, trained by Hugging Face"},
    ChatmlDefault{"chatml-qwen2", "You are a helpful assistant."},
    ChatmlDefault{"chatml-qwen2.5", "You are Qwen, created by Alibaba Cloud. You are a helpful assistant."}};

struct OtherFormat {
  std::string_view name, bos, eos;  // the family's usual ones
  Made (*make)(std::string bos, std::string eos);
};
constexpr std::array other_formats{
    OtherFormat{"qwen3", "", "", [](std::string, std::string) { return make_qwen3(); }},
    OtherFormat{"llama3", "<|begin_of_text|>", "",
                [](std::string bos, std::string) { return make_llama3(false, std::move(bos)); }},
    OtherFormat{"llama3.1", "<|begin_of_text|>", "",
                [](std::string bos, std::string) { return make_llama3(true, std::move(bos)); }},
    OtherFormat{"mistral-v0.2", "<s>", "</s>",
                [](std::string bos, std::string eos) {
                  return make_mistral(MistralVersion::v02, std::move(bos), std::move(eos));
                }},
    OtherFormat{"mistral-v0.2-original", "<s>", "</s>",
                [](std::string bos, std::string eos) {
                  return make_mistral(MistralVersion::v02_original, std::move(bos), std::move(eos));
                }},
    OtherFormat{"mistral-v0.3", "<s>", "</s>", [](std::string bos, std::string eos) {
                  return make_mistral(MistralVersion::v03, std::move(bos), std::move(eos));
                }}};

Made chatml_with_default(const std::string& system) {
  for (const ChatmlDefault& known : chatml_defaults)
    if (known.system == system) return make_chatml(std::string(known.name), system);
  return make_chatml("chatml with the template's own system line", system);
}

const OtherFormat* other_format(std::string_view name) {
  for (const OtherFormat& format : other_formats)
    if (format.name == name) return &format;
  return nullptr;
}

}  // namespace

void check_roles(const Messages& messages, const std::string& format) {
  static const std::vector<std::string> roles{"system", "user", "assistant"};
  if (messages.empty()) fail("there are no messages to render as {}", format);
  for (size_t i = 0; i < messages.size(); ++i)
    if (std::find(roles.begin(), roles.end(), messages[i].role) == roles.end())
      fail("message {}: the role '{}' is not known{}", i + 1, messages[i].role, suggestion(messages[i].role, roles));
}

std::vector<std::string> chat_format_names() {
  std::vector<std::string> names;
  for (const ChatmlDefault& format : chatml_defaults) names.emplace_back(format.name);
  for (const OtherFormat& format : other_formats) names.emplace_back(format.name);
  return names;
}

std::unique_ptr<ChatFormat> make_chat_format(std::string_view name) {
  for (const ChatmlDefault& known : chatml_defaults)
    if (known.name == name) return make_chatml(std::string(name), std::string(known.system));
  if (const OtherFormat* format = other_format(name))
    return format->make(std::string(format->bos), std::string(format->eos));
  const auto names = chat_format_names();
  fail("the chat format '{}' is not known{}", name, suggestion(name, names));
}

std::unique_ptr<ChatFormat> recognise_chat_format(std::string_view jinja_template, std::string_view bos,
                                                  std::string_view eos) {
  const auto match = match_template(jinja_skeleton(jinja_template));
  if (match && match->format == "chatml") return chatml_with_default(match->default_system);
  if (match) return other_format(match->format)->make(std::string(bos), std::string(eos));
  const bool dated = jinja_template.find("strftime_now") != std::string_view::npos;
  fail("the model's chat template is not one of those that are known ({}); choose one with --chat-format NAME{}",
       fmt::join(chat_format_names(), ", "),
       dated ? ". It writes today's date; llama3.1 writes the date 26 Jul 2024 in its place" : "");
}

}  // namespace counterpoint::text
