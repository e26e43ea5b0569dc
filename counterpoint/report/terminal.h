// What the terminal can show, and how wide text is on it.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace counterpoint::report {

/// Where text will be looked at. The default suits a file: no colour, 100 columns.
struct Terminal {
  size_t width = 100;   ///< columns
  bool utf8 = true;     ///< draw with lines, check marks and dots; else with ASCII
  bool colour = false;  ///< ANSI colours
  bool cuts = true;     ///< tables are cut to the width
};

/// The terminal behind a file descriptor (1: standard output). Colour only where it is a terminal, TERM is not "dumb"
/// and NO_COLOR is unset or empty; width from the terminal, else from COLUMNS, else the default, to which tables are
/// not cut, so that a log has all of them; UTF-8 as LC_ALL, LC_CTYPE or LANG say.
Terminal terminal_of(int descriptor);

/// Columns that UTF-8 text takes: 2 for wide East Asian characters and emoji, 0 for combining and control characters.
size_t display_width(std::string_view text);

/// The text's beginning in at most `width` columns; where something was cut, it ends with "..." (UTF-8: an ellipsis).
std::string cut_to(std::string_view text, size_t width, const Terminal& terminal);

/// `part` many times: rules and padding.
std::string repeated(std::string_view part, size_t times);

/// 1234567 as "1,234,567".
std::string thousands(long long number);

}  // namespace counterpoint::report
