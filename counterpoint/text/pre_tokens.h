// The pre-splitting patterns that models in use share.
#pragma once
#include <string_view>

namespace counterpoint::text::patterns {

/// GPT-2's: contractions, letters, numbers, the rest, each with one space before it; white space.
inline constexpr std::string_view gpt2 =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

/// Llama 3's: numbers in groups of up to three; any one character, not only a space, before letters.
inline constexpr std::string_view llama3 =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

/// Qwen 2's: Llama 3's with digits one by one.
inline constexpr std::string_view qwen2 =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

/// CLIP's: contractions, letters, digits one by one, the rest; no white space. The text is lower case already.
inline constexpr std::string_view clip = R"('s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+)";

inline constexpr std::string_view one_number = R"(\p{N})";
inline constexpr std::string_view numbers = R"(\p{N}+)";

}  // namespace counterpoint::text::patterns
