#include "counterpoint/generate/remote_protocol.h"

#include <array>

#include "counterpoint/core/random.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/data/jsonl.h"

namespace counterpoint::generate {
namespace {

using data::Json;

/// The member, or null where `value` is no object or lacks it.
const Json& member(const Json& value, const char* key) {
  static const Json none;
  if (!value.is_object()) return none;
  const auto found = value.find(key);
  return found == value.end() ? none : *found;
}

std::int64_t count_in(const Json& usage, const char* key) {
  const Json& count = member(usage, key);
  return count.is_number_integer() ? count.get<std::int64_t>() : 0;
}

Json message_json(const std::string& role, const std::string& content) {
  return Json{{"role", role}, {"content", content}};
}

/// Some servers leave the token that closed the turn in the text.
std::string_view without_closing_token(std::string_view text) {
  constexpr std::array<std::string_view, 5> closing = {"<|im_end|>", "<|eot_id|>", "<|end_of_text|>", "<|endoftext|>",
                                                       "</s>"};
  for (const std::string_view token : closing)
    if (text.ends_with(token)) return trim(text.substr(0, text.size() - token.size()));
  return text;
}

std::string reply_text(std::string_view content, const std::string& opening) {
  if (trim(content).starts_with(trim(opening))) return std::string(without_closing_token(trim(content)));
  // Chat templates drop the opening's last space, so the continuation brings one of its own.
  const bool spaced = trim(opening.substr(opening.size() - 1)).empty();
  if (spaced)
    while (!content.empty() && trim(content.substr(0, 1)).empty()) content.remove_prefix(1);
  const std::string whole = opening + std::string(content);
  return std::string(without_closing_token(trim(whole)));
}

ChatReply failed(std::string why) {
  ChatReply reply;
  reply.error = std::move(why);
  return reply;
}

const Json& error_text(const Json& answer) {
  const Json& error = member(answer, "error");
  if (error.is_string()) return error;
  if (const Json& message = member(error, "message"); message.is_string()) return message;
  if (const Json& message = member(answer, "message"); message.is_string()) return message;
  return member(answer, "detail");
}

std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const bool blank = static_cast<unsigned char>(c) <= ' ' || c == 0x7f;
    if (!blank) line.push_back(c);
    if (blank && !line.empty() && line.back() != ' ') line.push_back(' ');
  }
  return std::string(trim(line));
}

/// At most `limit` bytes, cut between characters.
std::string cut(const std::string& text, size_t limit) {
  if (text.size() <= limit) return text;
  constexpr std::string_view dots = "...";
  size_t end = 0;
  for (size_t next = 0; next <= limit - dots.size(); next_utf8(text, next)) end = next;
  return text.substr(0, end) + std::string(dots);
}

}  // namespace

std::int64_t server_seed(std::uint64_t stream) { return static_cast<std::int64_t>(RandomStream(stream)() >> 33); }

std::string chat_body(const std::string& model, const ChatRequest& request) {
  Json messages = Json::array();
  for (const text::Message& message : request.messages) messages.push_back(message_json(message.role, message.content));
  if (!request.opening.empty()) messages.push_back(message_json("assistant", request.opening));
  const Sampling& sampling = request.sampling;
  Json body{{"model", model},          {"messages", std::move(messages)},       {"temperature", sampling.temperature},
            {"top_p", sampling.top_p}, {"max_tokens", sampling.max_new_tokens}, {"seed", server_seed(request.stream)}};
  if (sampling.top_k != Sampling{}.top_k) body["top_k"] = sampling.top_k;
  if (sampling.min_new_tokens != Sampling{}.min_new_tokens) body["min_tokens"] = sampling.min_new_tokens;
  if (!request.opening.empty()) {
    body["continue_final_message"] = true;
    body["add_generation_prompt"] = false;
  }
  return data::to_line(body);
}

ChatReply read_chat_answer(const std::string& body, const std::string& opening) {
  const Json answer = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (answer.is_discarded()) return failed("the answer is not JSON");
  const Json& choices = member(answer, "choices");
  if (!choices.is_array() || choices.empty()) return failed("the answer has no choices");
  const Json& content = member(member(choices[0], "message"), "content");
  if (!content.is_string())
    return failed(std::string("the answer's content is ") + (content.is_null() ? "empty (null)" : "not a string"));

  ChatReply reply;
  reply.text = reply_text(content.get_ref<const std::string&>(), opening);
  reply.stopped = member(choices[0], "finish_reason") == "stop";
  const Json& usage = member(answer, "usage");
  reply.prompt_tokens = count_in(usage, "prompt_tokens");
  reply.new_tokens = count_in(usage, "completion_tokens");
  reply.reused_tokens = count_in(member(usage, "prompt_tokens_details"), "cached_tokens");
  return reply;
}

std::string server_message(const std::string& body, const std::string& secret) {
  const Json answer = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  const Json& said = answer.is_discarded() ? answer : error_text(answer);
  std::string message = said.is_string() ? said.get<std::string>() : body;
  // Before it is cut: half a key is a secret too.
  if (!secret.empty()) message = replace_all(std::move(message), secret, "[key]");
  return cut(one_line(valid_utf8(message)), 200);
}

}  // namespace counterpoint::generate
