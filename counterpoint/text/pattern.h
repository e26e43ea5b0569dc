// A Unicode regular expression, read as the tokenizers' own engine (Oniguruma) reads it; PCRE2 with JIT inside.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace counterpoint::text {

class Pattern {
 public:
  /// tokenizers: as Oniguruma reads it. python: as Python's `re` reads it where text and expression are ASCII.
  enum class Dialect { tokenizers, python };
  /// Error: not a regular expression (with the place), or one whose meaning differs between the engines.
  explicit Pattern(std::string expression, Dialect dialect = Dialect::tokenizers);

  /// Calls `match` for each match from left to right; empty ones are passed over. `text` must be valid UTF-8.
  void for_each_match(std::string_view text, const std::function<void(size_t begin, size_t end)>& match) const;

  /// The same with `replacement` (taken literally) in each match's place.
  std::string replace(std::string_view text, std::string_view replacement) const;

 private:
  std::string expression_;
  std::shared_ptr<void> code_;  // pcre2_code; the header stays free of PCRE2
};

/// A pattern that matches exactly `text`.
std::string quoted_pattern(std::string_view text);

}  // namespace counterpoint::text
