#include "counterpoint/text/html_entities.h"

#include <array>
#include <charconv>
#include <unordered_map>

#include "counterpoint/core/strings.h"

namespace counterpoint::text {

std::string_view html_entity_list();  // html_entities.txt: "name code-points" lines

namespace {

constexpr size_t longest_name = 32;
constexpr char32_t replacement = 0xFFFD;

using Entities = std::unordered_map<std::string_view, std::string>;

Entities read_entities() {
  Entities entities;
  std::string_view rest = html_entity_list();
  for (size_t end; (end = rest.find('\n')) != std::string_view::npos; rest.remove_prefix(end + 1)) {
    const std::string_view line = rest.substr(0, end);
    size_t space = line.find(' ');
    std::string& value = entities[line.substr(0, space)];
    while (space < line.size()) {
      const size_t next = std::min(line.find(' ', space + 1), line.size());
      unsigned code = 0;
      std::from_chars(line.data() + space + 1, line.data() + next, code, 16);
      append_utf8(value, code);
      space = next;
    }
  }
  return entities;
}

const Entities& entities() {
  static const Entities table = read_entities();
  return table;
}

bool is_no_character(char32_t c) {
  const bool control = (c >= 1 && c <= 8) || c == 0xB || (c >= 0xE && c <= 0x1F) || (c >= 0x7F && c <= 0x9F);
  return control || (c >= 0xFDD0 && c <= 0xFDEF) || (c & 0xFFFE) == 0xFFFE;
}

std::string numeric_reference(std::string_view body) {
  if (body.ends_with(';')) body.remove_suffix(1);
  const bool hex = body[1] == 'x' || body[1] == 'X';
  body.remove_prefix(hex ? 2 : 1);
  unsigned long code = 0;
  const auto read = std::from_chars(body.data(), body.data() + body.size(), code, hex ? 16 : 10);
  if (read.ec != std::errc() || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF) || code == 0) code = replacement;
  std::string out;
  if (code >= 0x80 && code <= 0x9F)
    append_utf8(out, windows_1252(static_cast<char32_t>(code)));
  else if (!is_no_character(static_cast<char32_t>(code)))
    append_utf8(out, static_cast<char32_t>(code));
  return out;
}

/// How far the body of a reference goes from `text`'s beginning; 0: it is none.
size_t body_length(std::string_view text) {
  const auto with_semicolon = [&](size_t length) {
    return length < text.size() && text[length] == ';' ? length + 1 : length;
  };
  if (text.starts_with('#')) {
    const bool hex = text.size() > 1 && (text[1] == 'x' || text[1] == 'X');
    const size_t first = hex ? 2 : 1;
    const size_t end =
        std::min(text.find_first_not_of(hex ? "0123456789abcdefABCDEF" : "0123456789", first), text.size());
    return end > first ? with_semicolon(end) : 0;
  }
  size_t end = 0, characters = 0;
  while (end < text.size() && characters < longest_name &&
         std::string_view("\t\n\f <&#;").find(text[end]) == std::string_view::npos) {
    next_utf8(text, end);
    ++characters;
  }
  return characters > 0 ? with_semicolon(end) : 0;
}

}  // namespace

char32_t windows_1252(char32_t c1_control) {
  static constexpr std::array<char16_t, 32> meanings{0x20AC, 0x81,   0x201A, 0x192,  0x201E, 0x2026, 0x2020, 0x2021,
                                                     0x2C6,  0x2030, 0x160,  0x2039, 0x152,  0x8D,   0x17D,  0x8F,
                                                     0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                                     0x2DC,  0x2122, 0x161,  0x203A, 0x153,  0x9D,   0x17E,  0x178};
  return meanings[c1_control - 0x80];
}

std::string html_reference(std::string_view body) {
  if (body.starts_with('#')) return numeric_reference(body);
  const Entities& known = entities();
  for (size_t length = body.size(); length > 1; --length)
    if (const auto found = known.find(body.substr(0, length)); found != known.end())
      return found->second + std::string(body.substr(length));
  return "&" + std::string(body);
}

std::string html_unescape(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const size_t reference = std::min(text.find('&', at), text.size());
    out += text.substr(at, reference - at);
    if (reference == text.size()) break;
    const size_t length = body_length(text.substr(reference + 1));
    out += length > 0 ? html_reference(text.substr(reference + 1, length)) : "&";
    at = reference + 1 + length;
  }
  return out;
}

}  // namespace counterpoint::text
