// Unicode work that tokenizers need beyond core/strings.h: normal forms, lower case, GPT-2's stand-ins for bytes.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "counterpoint/text/tokenizer_parts.h"

namespace counterpoint::text {

bool is_ascii(std::string_view text);
bool is_valid_utf8(std::string_view text);

/// Bytes as text, each longest damaged sequence replaced by one U+FFFD (the Unicode standard's practice, and Rust's).
std::string lossy_utf8(std::string_view bytes);

/// Unicode white space, the ASCII controls 9 to 13 and U+0085 included.
bool is_space(char32_t code_point);
/// Without the white space at its ends, as Python's str.strip() and Jinja's trim see it.
std::string_view strip_space(std::string_view text);
/// What a word consists of: letters, marks, numbers, connecting punctuation.
bool is_word(char32_t code_point);

/// `form`: one of the four normal forms. `text` must be valid UTF-8.
std::string normal_form(std::string_view text, Normalizer::Kind form);

/// Code point by code point, without regard to neighbours (a final sigma is an ordinary one).
std::string to_lower(std::string_view text);

/// The printable character that stands for a byte in byte-level vocabularies, as UTF-8 ("Ġ" for a space).
const std::string& byte_stand_in(unsigned char byte);
/// The byte that a character stands for; nothing for a character that stands for none.
std::optional<unsigned char> byte_of_stand_in(char32_t code_point);

}  // namespace counterpoint::text
