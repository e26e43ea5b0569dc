#include "counterpoint/report/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>
#include <utf8proc.h>

#include <charconv>
#include <cstdlib>

#include "counterpoint/core/strings.h"

namespace counterpoint::report {
namespace {

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

bool locale_is_utf8() {
  // The first of these that is set decides, as for setlocale.
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string value = to_lower_ascii(environment(name));
    if (!value.empty()) return value.find("utf-8") != std::string::npos || value.find("utf8") != std::string::npos;
  }
  return false;
}

/// 0 = not known.
size_t width_of(int descriptor) {
  winsize size{};
  if (::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  const std::string_view columns = environment("COLUMNS");
  size_t width = 0;
  std::from_chars(columns.data(), columns.data() + columns.size(), width);
  return width;
}

size_t width_of_character(char32_t character) {
  const int width = utf8proc_charwidth(static_cast<utf8proc_int32_t>(character));
  return width > 0 ? static_cast<size_t>(width) : 0;
}

}  // namespace

Terminal terminal_of(int descriptor) {
  Terminal terminal;
  const size_t width = width_of(descriptor);
  terminal.cuts = width > 0;
  if (terminal.cuts) terminal.width = width;
  terminal.utf8 = locale_is_utf8();
  terminal.colour = ::isatty(descriptor) == 1 && environment("NO_COLOR").empty() && environment("TERM") != "dumb";
  return terminal;
}

size_t display_width(std::string_view text) {
  size_t width = 0;
  for (size_t at = 0; at < text.size();) width += width_of_character(next_utf8(text, at));
  return width;
}

std::string cut_to(std::string_view text, size_t width, const Terminal& terminal) {
  if (display_width(text) <= width) return std::string(text);
  const std::string mark = terminal.utf8 ? "…" : "...";
  const size_t room = width > display_width(mark) ? width - display_width(mark) : 0;
  size_t end = 0;
  for (size_t at = 0, used = 0; at < text.size(); end = at) {
    used += width_of_character(next_utf8(text, at));
    if (used > room) break;
  }
  return std::string(trim(text.substr(0, end))) + mark;
}

std::string repeated(std::string_view part, size_t times) {
  std::string out;
  for (size_t i = 0; i < times; ++i) out += part;
  return out;
}

std::string thousands(long long number) {
  std::string digits = std::to_string(number);
  const size_t first = number < 0 ? 1 : 0;
  for (size_t at = digits.size(); at > first + 3;) digits.insert(at -= 3, ",");
  return digits;
}

}  // namespace counterpoint::report
