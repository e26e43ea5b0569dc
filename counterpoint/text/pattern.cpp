#include "counterpoint/text/pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "counterpoint/core/error.h"
#include "counterpoint/core/strings.h"

namespace counterpoint::text {
namespace {

// PCRE2's own \s also takes U+180E, which is no white space for the tokenizers.
constexpr std::string_view white_space =
    "\\x{9}-\\x{d}\\x{20}\\x{85}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}";

[[noreturn]] void refuse(std::string_view expression, std::string_view what) {
  fail("the regular expression '{}' uses {}, which regular expression engines do not read alike", expression, what);
}

/// One escape (`\` and `letter`) in our dialect.
std::string translated_escape(std::string_view expression, char letter, bool in_class) {
  switch (letter) {
    case 's':
      return in_class ? std::string(white_space) : fmt::format("[{}]", white_space);
    case 'S':
      if (in_class) refuse(expression, "\\S inside brackets");
      return fmt::format("[^{}]", white_space);
    case 'w':
    case 'W':
    case 'b':
    case 'B':
    case 'h':
    case 'H':
    case 'X':
    case 'R':
      refuse(expression, fmt::format("\\{}", letter));
    default:
      return {'\\', letter};
  }
}

std::string translated(std::string_view expression) {
  std::string out;
  bool in_class = false;
  for (size_t i = 0; i < expression.size(); ++i) {
    const char c = expression[i];
    if (c == '\\' && i + 1 < expression.size()) {
      out += translated_escape(expression, expression[++i], in_class);
      continue;
    }
    if (in_class && (c == '[' || expression.substr(i, 2) == "&&")) refuse(expression, "a set inside brackets");
    if (c == '[') in_class = true;
    if (c == ']') in_class = false;
    out += c;
  }
  return out;
}

std::string message_of(int error) {
  PCRE2_UCHAR buffer[256] = {};
  pcre2_get_error_message(error, buffer, sizeof buffer);
  return reinterpret_cast<const char*>(buffer);
}

}  // namespace

Pattern::Pattern(std::string expression, Dialect dialect) : expression_(std::move(expression)) {
  const std::string ours = dialect == Dialect::tokenizers ? translated(expression_) : expression_;
  int error = 0;
  PCRE2_SIZE where = 0;
  pcre2_code* code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(ours.data()), ours.size(), PCRE2_UTF | PCRE2_UCP,
                                   &error, &where, nullptr);
  if (!code) fail("not a regular expression: '{}': {} at byte {} of '{}'", expression_, message_of(error), where, ours);
  code_.reset(code, [](void* p) { pcre2_code_free(static_cast<pcre2_code*>(p)); });
  pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);  // where there is no JIT, matching is slower and the same
}

void Pattern::for_each_match(std::string_view text, const std::function<void(size_t, size_t)>& match) const {
  const auto* code = static_cast<const pcre2_code*>(code_.get());
  const std::unique_ptr<pcre2_match_data, decltype(&pcre2_match_data_free)> data(
      pcre2_match_data_create_from_pattern(code, nullptr), &pcre2_match_data_free);
  const auto* subject = reinterpret_cast<PCRE2_SPTR>(text.data());
  for (size_t at = 0; at < text.size();) {
    int found = pcre2_match(code, subject, text.size(), at, PCRE2_NO_UTF_CHECK, data.get(), nullptr);
    if (found == PCRE2_ERROR_JIT_STACKLIMIT)
      found = pcre2_match(code, subject, text.size(), at, PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, data.get(), nullptr);
    if (found == PCRE2_ERROR_NOMATCH) return;
    if (found < 0) fail("cannot match '{}' in a text of {} bytes: {}", expression_, text.size(), message_of(found));
    const PCRE2_SIZE* ends = pcre2_get_ovector_pointer(data.get());
    if (ends[1] > ends[0]) match(ends[0], ends[1]);
    at = ends[1];
    if (ends[1] == ends[0] && at < text.size()) next_utf8(text, at);
  }
}

std::string Pattern::replace(std::string_view text, std::string_view replacement) const {
  std::string out;
  size_t copied = 0;
  for_each_match(text, [&](size_t begin, size_t end) {
    out += text.substr(copied, begin - copied);
    out += replacement;
    copied = end;
  });
  out += text.substr(copied);
  return out;
}

std::string quoted_pattern(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (static_cast<unsigned char>(c) & 0x80) || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                       (c >= 'A' && c <= 'Z');
    if (!plain) out += '\\';
    out += c;
  }
  return out;
}

}  // namespace counterpoint::text
