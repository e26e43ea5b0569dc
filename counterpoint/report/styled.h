// Text with colours, wrapped to a width.
#pragma once
#include <string>
#include <vector>

#include "counterpoint/report/terminal.h"

namespace counterpoint::report {

enum class Colour { plain, bold, dim, red, green, yellow, blue, magenta, cyan };

struct Span {
  std::string text;
  Colour colour = Colour::plain;
};

/// Spans that stand one behind the other without a space between them.
using Styled = std::vector<Span>;

/// Lines of at most `width` columns (at least one character each), broken at spaces, inside a word only where it is
/// longer than a line, and at each newline. Leading spaces of a broken-off line are dropped; control characters, which
/// could drive the terminal, become spaces.
std::vector<Styled> wrap(const Styled& text, size_t width);

/// With colour codes if the terminal has colours.
std::string render(const Styled& text, const Terminal& terminal);

}  // namespace counterpoint::report
