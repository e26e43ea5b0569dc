// clean_caption: what open_clip does to a caption before BPE.
//
// Of ftfy.fix_text, in its order and until nothing changes: HTML references (in a text without '<'), terminal escapes,
// C1 controls read as Windows-1252, ligatures, full and half width, curly quotes, controls, NFC.
#include <utf8proc.h>

#include <array>

#include "counterpoint/core/strings.h"
#include "counterpoint/text/clip_tokenizer.h"
#include "counterpoint/text/html_entities.h"
#include "counterpoint/text/pattern.h"
#include "counterpoint/text/unicode.h"

namespace counterpoint::text {
namespace {

bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7F && c != '&'; });
}

/// References that end in a semicolon and whose name is known.
std::string unescape_strictly(std::string_view text) {
  static const Pattern reference("&#?[0-9A-Za-z]{1,24};");
  std::string out;
  size_t copied = 0;
  reference.for_each_match(text, [&](size_t begin, size_t end) {
    out += text.substr(copied, begin - copied);
    const std::string value = html_unescape(text.substr(begin, end - begin));
    const bool known = value.find(';') == std::string::npos;
    out += known ? std::string_view(value) : text.substr(begin, end - begin);
    copied = end;
  });
  return out += text.substr(copied);
}

bool is_removed_control(char32_t c) {
  return c <= 8 || c == 0xB || (c >= 0xE && c <= 0x1F) || c == 0x7F || (c >= 0x206A && c <= 0x206F) || c == 0xFEFF ||
         (c >= 0xFFF9 && c <= 0xFFFC);
}

struct Ligature {
  char32_t code_point;
  std::string_view letters;
};
constexpr std::array<Ligature, 22> ligatures{
    {{0x132, "IJ"},      {0x133, "ij"},      {0x149, "\u02BCn"},  {0x1F1, "DZ"},  {0x1F2, "Dz"},  {0x1F3, "dz"},
     {0x1C4, "D\u017D"}, {0x1C5, "D\u017E"}, {0x1C6, "d\u017E"},  {0x1C7, "LJ"},  {0x1C8, "Lj"},  {0x1C9, "lj"},
     {0x1CA, "NJ"},      {0x1CB, "Nj"},      {0x1CC, "nj"},       {0xFB00, "ff"}, {0xFB01, "fi"}, {0xFB02, "fl"},
     {0xFB03, "ffi"},    {0xFB04, "ffl"},    {0xFB05, "\u017Ft"}, {0xFB06, "st"}}};

void append_fixed(std::string& out, char32_t c) {
  if (c >= 0x80 && c <= 0x9F) c = windows_1252(c);
  if (is_removed_control(c)) return;
  if (c == 0x2BC || (c >= 0x2018 && c <= 0x201B)) return append_utf8(out, '\'');
  if (c >= 0x201C && c <= 0x201F) return append_utf8(out, '"');
  for (const Ligature& ligature : ligatures)
    if (ligature.code_point == c) {
      out += ligature.letters;
      return;
    }
  std::string own;
  append_utf8(own, c);
  const bool width = c == 0x3000 || (c >= 0xFF01 && c <= 0xFFEF);
  out += width ? normal_form(own, Normalizer::Kind::nfkc) : own;
}

std::string fixed_once(std::string_view text) {
  static const Pattern terminal_escape("\\x{1b}\\[[\\d;]*[a-zA-Z]");
  const std::string unescaped = text.find('<') == std::string_view::npos ? unescape_strictly(text) : std::string(text);
  const std::string unstyled = terminal_escape.replace(unescaped, "");
  std::string out;
  for (size_t at = 0; at < unstyled.size();) append_fixed(out, next_utf8(unstyled, at));
  return normal_form(out, Normalizer::Kind::nfc);
}

std::string fixed(std::string text) {
  while (true) {
    std::string next = fixed_once(text);
    if (next == text) return next;
    text = std::move(next);
  }
}

std::string with_single_spaces(std::string_view text) {
  std::string out;
  bool space = false;
  for (size_t at = 0; at < text.size();) {
    const size_t begin = at;
    if (is_space(next_utf8(text, at))) {
      space = true;
      continue;
    }
    if (space && !out.empty()) out += ' ';
    space = false;
    out += text.substr(begin, at - begin);
  }
  return out;
}

bool is_cased(char32_t c) {
  const utf8proc_category_t category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
  return category == UTF8PROC_CATEGORY_LU || category == UTF8PROC_CATEGORY_LL || category == UTF8PROC_CATEGORY_LT;
}

/// A capital sigma that ends a word has a lower case of its own.
std::string with_final_sigmas(std::string_view text) {
  constexpr std::string_view capital = "\u03A3";
  std::string out;
  char32_t before = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t begin = at;
    const char32_t c = next_utf8(text, at);
    size_t behind = at;
    const bool last = text.substr(begin, at - begin) == capital && is_cased(before) &&
                      (at == text.size() || !is_cased(next_utf8(text, behind)));
    out += last ? "\u03C2" : text.substr(begin, at - begin);
    before = c;
  }
  return out;
}

}  // namespace

std::string clean_caption(std::string_view caption) {
  if (is_plain(caption)) return to_lower_ascii(with_single_spaces(caption));
  const std::string repaired = fixed(valid_utf8(caption));
  const std::string spaced = with_single_spaces(html_unescape(html_unescape(repaired)));
  return to_lower(with_final_sigmas(spaced));
}

}  // namespace counterpoint::text
