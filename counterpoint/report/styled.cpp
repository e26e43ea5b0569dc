#include "counterpoint/report/styled.h"

#include <algorithm>

#include "counterpoint/core/strings.h"

namespace counterpoint::report {
namespace {

/// One character and what it takes.
struct Cell {
  std::string text;
  size_t width;
  Colour colour;
  bool space() const { return text == " "; }
  bool newline() const { return text == "\n"; }
};

std::vector<Cell> cells_of(const Styled& styled) {
  std::vector<Cell> cells;
  for (const Span& span : styled)
    for (size_t at = 0; at < span.text.size();) {
      const char32_t c = next_utf8(span.text, at);
      std::string text;
      append_utf8(text, c);
      const bool control = c < 32 || (c >= 127 && c < 160) || c == 0x2028 || c == 0x2029;
      if (control && c != '\n') text = " ";
      cells.push_back({text, c == '\n' ? 0 : display_width(text), span.colour});
    }
  return cells;
}

Styled spans_of(const std::vector<Cell>& cells, size_t begin, size_t end) {
  while (end > begin && cells[end - 1].space()) --end;
  Styled line;
  for (size_t i = begin; i < end; ++i) {
    if (line.empty() || line.back().colour != cells[i].colour) line.push_back({"", cells[i].colour});
    line.back().text += cells[i].text;
  }
  return line;
}

/// Where the line that begins at `begin` ends: a newline, a space, or where it is full.
size_t line_end(const std::vector<Cell>& cells, size_t begin, size_t width) {
  size_t used = 0, last_space = begin;
  for (size_t i = begin; i < cells.size(); ++i) {
    if (cells[i].newline()) return i;
    if (cells[i].space()) last_space = i;
    used += cells[i].width;
    if (used > width && !cells[i].space()) return last_space > begin ? last_space : std::max(i, begin + 1);
  }
  return cells.size();
}

const char* code_of(Colour colour) {
  constexpr const char* codes[] = {"0", "1", "2", "31", "32", "33", "34", "35", "36"};
  return codes[static_cast<size_t>(colour)];
}

}  // namespace

std::vector<Styled> wrap(const Styled& text, size_t width) {
  const std::vector<Cell> cells = cells_of(text);
  std::vector<Styled> lines;
  for (size_t begin = 0; begin < cells.size();) {
    const size_t end = line_end(cells, begin, width);
    lines.push_back(spans_of(cells, begin, end));
    begin = end;
    if (begin < cells.size() && cells[begin].newline()) {
      ++begin;
      continue;
    }
    while (begin < cells.size() && cells[begin].space()) ++begin;
  }
  return lines;
}

std::string render(const Styled& text, const Terminal& terminal) {
  std::string out;
  for (const Span& span : text) {
    const bool coloured = terminal.colour && span.colour != Colour::plain && !span.text.empty();
    out += coloured ? std::string("\033[") + code_of(span.colour) + "m" + span.text + "\033[0m" : span.text;
  }
  return out;
}

}  // namespace counterpoint::report
