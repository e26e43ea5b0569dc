// Small operations on text that the standard library lacks. Bytes, not Unicode, unless said.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace counterpoint {

std::string_view trim(std::string_view text);
std::vector<std::string> split(std::string_view text, char separator);
std::string replace_all(std::string text, std::string_view from, std::string_view to);
std::string to_lower_ascii(std::string_view text);

/// Levenshtein distance in bytes, where two neighbours that changed places count once.
size_t edit_distance(std::string_view a, std::string_view b);

/// 64-bit FNV-1a. Stable for ever: file splits and random streams hang on it.
std::uint64_t stable_hash(std::string_view bytes);

/// "1.2 s", "3 min 05 s", "2 h 10 min".
std::string human_duration(double seconds);

/// Writes one code point as UTF-8.
void append_utf8(std::string& out, char32_t code_point);

/// Reads the code point at `position` and moves past it. A damaged sequence gives U+FFFD and moves by one byte.
char32_t next_utf8(std::string_view text, size_t& position);

/// The text with each damaged UTF-8 byte replaced by U+FFFD.
std::string valid_utf8(std::string_view text);

}  // namespace counterpoint
