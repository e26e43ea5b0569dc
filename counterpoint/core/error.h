// Errors that a user or the world caused. Our own bugs are COUNTERPOINT_ASSERT.
#pragma once
#include <fmt/format.h>

#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace counterpoint {

/// What went wrong, in words for the user: what was read, where (file, line, key), what was expected.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Throws Error with a formatted message.
template <class... Args>
[[noreturn]] void fail(fmt::format_string<Args...> format, Args&&... args) {
  throw Error(fmt::format(format, std::forward<Args>(args)...));
}

/// The entry of `known` that a person most likely meant by `wrong`; empty if none is near (edit distance <= 1/3).
std::string nearest_name(std::string_view wrong, std::span<const std::string> known);

/// " (did you mean 'x'?)" or, without a near name, " (known: a, b, c)".
std::string suggestion(std::string_view wrong, std::span<const std::string> known);

namespace detail {
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);
}

}  // namespace counterpoint

/// A condition that only a bug of ours can break. Checked in every build.
#define COUNTERPOINT_ASSERT(condition) \
  ((condition) ? (void)0 : ::counterpoint::detail::assertion_failed(#condition, __FILE__, __LINE__))
