#include "counterpoint/text/unicode.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>

#include "counterpoint/core/error.h"
#include "counterpoint/core/strings.h"

namespace counterpoint::text {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

/// The first byte after a lead byte may lie in a narrower range than 80 to BF; this keeps out overlong forms,
/// surrogates and what lies beyond U+10FFFF.
bool second_byte_fits(unsigned lead, unsigned second) {
  const unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  return second >= low && second <= high;
}

size_t sequence_length(unsigned lead) {
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return lead < 0x80 ? 1 : 0;
}

struct Sequence {
  size_t length = 1;
  bool valid = false;
};

/// The character at `at`, or the longest beginning of one that is there.
Sequence sequence_at(std::string_view bytes, size_t at) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const size_t length = sequence_length(byte(at));
  if (length <= 1) return {1, length == 1};
  size_t seen = 1;
  while (seen < length && at + seen < bytes.size()) {
    const unsigned next = byte(at + seen);
    if (seen == 1 ? !second_byte_fits(byte(at), next) : (next & 0xC0) != 0x80) break;
    ++seen;
  }
  return {seen, seen == length};
}

utf8proc_option_t options_of(Normalizer::Kind form) {
  switch (form) {
    case Normalizer::Kind::nfc:
      return static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    case Normalizer::Kind::nfd:
      return static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_DECOMPOSE);
    case Normalizer::Kind::nfkc:
      return static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT);
    case Normalizer::Kind::nfkd:
      return static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT);
    default:
      COUNTERPOINT_ASSERT(!"a normal form");
      return UTF8PROC_NULLTERM;
  }
}

/// GPT-2's table: printable Latin-1 stands for itself, the other bytes for U+0100 and onwards in byte order.
struct StandIns {
  std::array<std::string, 256> of_byte;
  std::array<int, 512> byte_of{};
  StandIns() {
    byte_of.fill(-1);
    char32_t next = 0x100;
    for (unsigned byte = 0; byte < 256; ++byte) {
      const bool itself = (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
      const char32_t code_point = itself ? byte : next++;
      append_utf8(of_byte[byte], code_point);
      byte_of[code_point] = static_cast<int>(byte);
    }
  }
};

const StandIns& stand_ins() {
  static const StandIns table;
  return table;
}

}  // namespace

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool is_valid_utf8(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const Sequence sequence = sequence_at(text, at);
    if (!sequence.valid) return false;
    at += sequence.length;
  }
  return true;
}

std::string lossy_utf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  for (size_t at = 0; at < bytes.size();) {
    const Sequence sequence = sequence_at(bytes, at);
    out += sequence.valid ? bytes.substr(at, sequence.length) : replacement;
    at += sequence.length;
  }
  return out;
}

bool is_space(char32_t c) {
  if (c < 0x80) return c == ' ' || (c >= 9 && c <= 13);
  return c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 ||
         c == 0x202F || c == 0x205F || c == 0x3000;
}

std::string_view strip_space(std::string_view text) {
  const auto strips = [](char32_t c) { return is_space(c) || (c >= 0x1C && c <= 0x1F); };
  size_t begin = text.size(), end = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t here = at;
    if (strips(next_utf8(text, at))) continue;
    begin = std::min(begin, here);
    end = at;
  }
  return begin < end ? text.substr(begin, end - begin) : std::string_view();
}

bool is_word(char32_t c) {
  const utf8proc_category_t category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
  return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NL) || category == UTF8PROC_CATEGORY_PC;
}

std::string normal_form(std::string_view text, Normalizer::Kind form) {
  if (is_ascii(text)) return std::string(text);
  utf8proc_uint8_t* mapped = nullptr;
  const auto length = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                   static_cast<utf8proc_ssize_t>(text.size()), &mapped, options_of(form));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(mapped, &std::free);
  if (length < 0) fail("a text of {} bytes cannot be normalised: {}", text.size(), utf8proc_errmsg(length));
  return {reinterpret_cast<const char*>(mapped), static_cast<size_t>(length)};
}

std::string to_lower(std::string_view text) {
  constexpr char32_t capital_i_with_dot = 0x130;  // the one code point whose lower case is two
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const char32_t code_point = next_utf8(text, at);
    if (code_point == capital_i_with_dot)
      out += "i\xCC\x87";
    else
      append_utf8(out, static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(code_point))));
  }
  return out;
}

const std::string& byte_stand_in(unsigned char byte) { return stand_ins().of_byte[byte]; }

std::optional<unsigned char> byte_of_stand_in(char32_t code_point) {
  if (code_point >= 512 || stand_ins().byte_of[code_point] < 0) return std::nullopt;
  return static_cast<unsigned char>(stand_ins().byte_of[code_point]);
}

}  // namespace counterpoint::text
