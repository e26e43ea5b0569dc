#include "counterpoint/text/jinja_lexer.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "counterpoint/core/error.h"
#include "counterpoint/core/strings.h"

namespace counterpoint::text {
namespace {

using Tokens = std::vector<std::string>;

bool is_name_part(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

/// The string literal that begins at `at`, which moves behind it.
std::string string_literal(std::string_view code, size_t& at) {
  const char quote = code[at++];
  std::string text = "'";
  while (at < code.size() && code[at] != quote) {
    if (code[at] != '\\' || at + 1 == code.size()) {
      text += code[at++];
      continue;
    }
    const char escaped = code[at + 1];
    at += 2;
    if (escaped == 'n' || escaped == 't' || escaped == 'r')
      text += escaped == 'n' ? '\n' : escaped == 't' ? '\t' : '\r';
    else if (escaped == '\\' || escaped == '\'' || escaped == '"')
      text += escaped;
    else
      text.append({'\\', escaped});
  }
  ++at;
  return text + "'";
}

std::string next_token(std::string_view code, size_t& at) {
  if (code[at] == '\'' || code[at] == '"') return string_literal(code, at);
  const size_t begin = at;
  if (is_name_part(code[at])) {
    while (at < code.size() && is_name_part(code[at])) ++at;
    return std::string(code.substr(begin, at - begin));
  }
  constexpr std::array<std::string_view, 5> pairs{"==", "!=", "<=", ">=", "//"};
  at += std::find(pairs.begin(), pairs.end(), code.substr(at, 2)) != pairs.end() ? 2 : 1;
  return std::string(code.substr(begin, at - begin));
}

/// message.role and message['role'] are the same; a method call stays as it is.
Tokens with_attributes_in_brackets(const Tokens& tokens) {
  Tokens out;
  for (size_t i = 0; i < tokens.size(); ++i) {
    const bool attribute = tokens[i] == "." && i + 1 < tokens.size() && is_name_part(tokens[i + 1][0]) &&
                           (i + 2 == tokens.size() || tokens[i + 2] != "(");
    if (!attribute) {
      out.push_back(tokens[i]);
      continue;
    }
    out.insert(out.end(), {"[", "'" + tokens[++i] + "'", "]"});
  }
  return out;
}

Tokens tokens_of(std::string_view code) {
  Tokens tokens;
  for (size_t at = 0; at < code.size();) {
    if (std::isspace(static_cast<unsigned char>(code[at])))
      ++at;
    else
      tokens.push_back(next_token(code, at));
  }
  return with_attributes_in_brackets(tokens);
}

/// Where the tag's code ends, that is where `closing` stands outside of any string.
size_t end_of_code(std::string_view source, size_t at, std::string_view closing) {
  while (at < source.size() && source.substr(at, 2) != closing) {
    if (source[at] == '\'' || source[at] == '"')
      string_literal(source, at);
    else
      ++at;
  }
  if (at >= source.size()) fail("the chat template has a tag without its end '{}'", closing);
  return at;
}

class Lexer {
 public:
  explicit Lexer(std::string_view source) : source_(source) {}

  std::vector<JinjaTag> run() {
    for (size_t open; (open = next_opening()) != std::string_view::npos;) tag(open);
    text(source_.substr(at_), ' ', false);
    return std::move(tags_);
  }

 private:
  size_t next_opening() const {
    for (size_t at = source_.find('{', at_); at != std::string_view::npos; at = source_.find('{', at + 1))
      if (at + 1 < source_.size() && std::string_view("{%#").find(source_[at + 1]) != std::string_view::npos) return at;
    return std::string_view::npos;
  }

  void tag(size_t open) {
    const char kind = source_[open + 1];
    size_t begin = open + 2;
    const bool trims_before = begin < source_.size() && source_[begin] == '-';
    text(source_.substr(at_, open - at_), kind, trims_before);
    if (trims_before) ++begin;
    const std::string closing{kind == '{' ? '}' : kind, '}'};
    const size_t close = kind == '#' ? source_.find(closing, begin) : end_of_code(source_, begin, closing);
    if (close == std::string_view::npos) fail("the chat template has a comment without its end");
    const bool trims_after = close > begin && source_[close - 1] == '-';
    if (kind != '#') tags_.push_back({kind == '{', tokens_of(source_.substr(begin, close - begin - trims_after))});
    at_ = close + 2;
    if (trims_after)
      at_ = std::min(source_.find_first_not_of(" \t\r\n\f\v", at_), source_.size());
    else if (kind != '{' && at_ < source_.size() && source_[at_] == '\n')
      ++at_;  // trim_blocks
  }

  /// Plain text in front of a tag of kind `next`.
  void text(std::string_view plain, char next, bool trimmed) {
    const size_t last = plain.find_last_not_of(trimmed ? " \t\r\n\f\v" : " \t");
    const size_t kept = last == std::string_view::npos ? 0 : last + 1;
    const bool line_start = kept == 0 ? at_ == 0 || source_[at_ - 1] == '\n' : plain[kept - 1] == '\n';
    const bool lstrip = (next == '%' || next == '#') && line_start;  // lstrip_blocks
    if (trimmed || lstrip) plain = plain.substr(0, kept);
    if (!plain.empty()) tags_.push_back({true, {"'" + std::string(plain) + "'"}});
  }

  std::string_view source_;
  size_t at_ = 0;
  std::vector<JinjaTag> tags_;
};

bool is_literal(const std::string& token) { return token.front() == '\''; }

}  // namespace

std::vector<JinjaTag> jinja_tags(std::string_view source) { return Lexer(source).run(); }

std::vector<std::string> with_joined_literals(const std::vector<std::string>& tokens) {
  Tokens out;
  for (size_t i = 0; i < tokens.size(); ++i) {
    const bool joins = is_literal(tokens[i]) && out.size() >= 2 && out.back() == "+" && is_literal(out[out.size() - 2]);
    const bool belongs_to_next = i + 1 < tokens.size() && (tokens[i + 1] == "|" || tokens[i + 1] == "[");
    if (!joins || belongs_to_next) {
      out.push_back(tokens[i]);
      continue;
    }
    out.pop_back();
    out.back().pop_back();
    out.back() += tokens[i].substr(1);
  }
  return out;
}

}  // namespace counterpoint::text
