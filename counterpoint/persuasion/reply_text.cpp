#include "counterpoint/persuasion/reply_text.h"

#include "counterpoint/core/strings.h"

namespace counterpoint::persuasion {
namespace {

bool is_header(std::string_view line) {
  line = trim(line);
  if (line.ends_with(':')) line.remove_suffix(1);
  return line == "assistant" || line == "user";
}

std::string_view without_headers(std::string_view text) {
  text = trim(text);
  while (!text.empty() && text.find('\n') != std::string_view::npos && is_header(text.substr(0, text.find('\n'))))
    text = trim(text.substr(text.find('\n')));
  for (size_t line = text.find('\n'); line != std::string_view::npos; line = text.find('\n', line + 1)) {
    const std::string_view rest = text.substr(line + 1);
    if (is_header(rest.substr(0, rest.find('\n')))) return trim(text.substr(0, line));
  }
  return text;
}

/// The place behind the last full stop, exclamation or question mark (with closing quotes or brackets) that ends a word
/// at or behind `from`; npos if there is none.
size_t last_sentence_end(std::string_view text, size_t from) {
  size_t found = std::string_view::npos;
  for (size_t i = from; i < text.size(); ++i) {
    if (std::string_view(".!?").find(text[i]) == std::string_view::npos) continue;
    size_t end = i + 1;
    while (end < text.size() && std::string_view("\"')]*").find(text[end]) != std::string_view::npos) ++end;
    if (end == text.size() || text[end] == ' ' || text[end] == '\n') found = end;
  }
  return found;
}

}  // namespace

std::string clean_reply(const generate::ChatReply& reply, const std::string& opening) {
  std::string_view text = without_headers(reply.text);
  const size_t from = text.starts_with(opening) ? opening.size() : 0;
  if (!reply.stopped)
    if (const size_t end = last_sentence_end(text, from); end != std::string_view::npos) text = text.substr(0, end);
  return std::string(trim(text));
}

}  // namespace counterpoint::persuasion
