#include "counterpoint/text/decoder.h"

#include <charconv>
#include <optional>

#include "counterpoint/core/strings.h"
#include "counterpoint/text/unicode.h"

namespace counterpoint::text {
namespace {

constexpr std::string_view lower_block = "\xE2\x96\x81";  // U+2581
constexpr std::string_view damaged = "\xEF\xBF\xBD";      // U+FFFD

using Tokens = std::vector<std::string>;

std::string joined(const Tokens& tokens) {
  std::string out;
  for (const std::string& token : tokens) out += token;
  return out;
}

/// A token with a character that stands for no byte is taken as it is spelled.
std::string bytes_of(const std::string& token) {
  std::string bytes;
  for (size_t at = 0; at < token.size();) {
    const auto byte = byte_of_stand_in(next_utf8(token, at));
    if (!byte) return token;
    bytes += static_cast<char>(*byte);
  }
  return bytes;
}

Tokens byte_level(const Tokens& tokens) {
  std::string bytes;
  for (const std::string& token : tokens) bytes += bytes_of(token);
  return {lossy_utf8(bytes)};
}

std::optional<char> fallback_byte(std::string_view token) {
  if (token.size() != 6 || !token.starts_with("<0x") || token[5] != '>') return std::nullopt;
  unsigned value = 0;
  const auto [end, error] = std::from_chars(token.data() + 3, token.data() + 5, value, 16);
  if (error != std::errc() || end != token.data() + 5) return std::nullopt;
  return static_cast<char>(value);
}

Tokens byte_fallback(Tokens tokens) {
  Tokens out;
  std::string bytes;
  const auto flush = [&] {
    if (bytes.empty()) return;
    if (is_valid_utf8(bytes)) {
      out.push_back(bytes);
    } else {
      for (size_t i = 0; i < bytes.size(); ++i) out.emplace_back(damaged);
    }
    bytes.clear();
  };
  for (std::string& token : tokens) {
    if (const auto byte = fallback_byte(token)) {
      bytes += *byte;
      continue;
    }
    flush();
    out.push_back(std::move(token));
  }
  flush();
  return out;
}

void strip(std::string& token, const TextDecoder& step) {
  for (std::int64_t i = 0; i < step.start && !step.from.empty() && token.starts_with(step.from); ++i)
    token.erase(0, step.from.size());
  for (std::int64_t i = 0; i < step.stop && !step.from.empty() && token.ends_with(step.from); ++i)
    token.resize(token.size() - step.from.size());
}

void metaspace(Tokens& tokens, bool drop_in_first) {
  for (size_t i = 0; i < tokens.size(); ++i)
    tokens[i] = replace_all(std::move(tokens[i]), lower_block, i == 0 && drop_in_first ? "" : " ");
}

std::string without_suffixes(const Tokens& tokens, const std::string& suffix) {
  return std::string(trim(replace_all(joined(tokens), suffix, " ")));
}

Tokens applied(Tokens tokens, const TextDecoder& step) {
  switch (step.kind) {
    case TextDecoder::Kind::byte_level:
      return byte_level(tokens);
    case TextDecoder::Kind::byte_fallback:
      return byte_fallback(std::move(tokens));
    case TextDecoder::Kind::fuse:
      return {joined(tokens)};
    case TextDecoder::Kind::end_of_word:
      return {without_suffixes(tokens, step.from)};
    case TextDecoder::Kind::metaspace:
      metaspace(tokens, step.start != 0);
      break;
    case TextDecoder::Kind::replace:
      for (std::string& token : tokens) token = replace_all(std::move(token), step.from, step.to);
      break;
    case TextDecoder::Kind::strip:
      for (std::string& token : tokens) strip(token, step);
  }
  return tokens;
}

}  // namespace

std::string decode_tokens(std::vector<std::string> tokens, const std::vector<TextDecoder>& steps) {
  for (const TextDecoder& step : steps) tokens = applied(std::move(tokens), step);
  return joined(tokens);
}

}  // namespace counterpoint::text
