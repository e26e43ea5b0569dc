#include "counterpoint/report/table.h"

#include <algorithm>
#include <numeric>

#include "counterpoint/core/error.h"
#include "counterpoint/core/strings.h"

namespace counterpoint::report {
namespace {

constexpr size_t gap = 2;
constexpr size_t narrowest = 16;  ///< a column is not cut further

std::string one_line(std::string cell) {
  std::replace_if(
      cell.begin(), cell.end(), [](char c) { return static_cast<unsigned char>(c) < 32 || c == 127; }, ' ');
  return cell;
}

std::string padded(std::string_view cell, size_t width, Align align) {
  const size_t used = display_width(cell);
  const std::string space(width > used ? width - used : 0, ' ');
  return align == Align::left ? std::string(cell) + space : space + std::string(cell);
}

void append_line(std::string& out, std::string line) {
  while (!line.empty() && line.back() == ' ') line.pop_back();
  out += line + "\n";
}

size_t total_width(const std::vector<size_t>& widths) {
  return std::accumulate(widths.begin(), widths.end(), gap * (widths.size() - 1));
}

}  // namespace

Table::Table(std::vector<Column> columns) : columns_(std::move(columns)) { COUNTERPOINT_ASSERT(!columns_.empty()); }

void Table::add_row(std::vector<std::string> cells) {
  COUNTERPOINT_ASSERT(cells.size() == columns_.size());
  std::transform(cells.begin(), cells.end(), cells.begin(), one_line);
  rows_.push_back(std::move(cells));
}

void Table::add_rule() { rows_.emplace_back(); }

std::vector<size_t> Table::widths(const Terminal& terminal) const {
  std::vector<size_t> widths(columns_.size());
  for (size_t c = 0; c < columns_.size(); ++c) {
    widths[c] = display_width(columns_[c].title);
    for (const auto& row : rows_)
      if (!row.empty()) widths[c] = std::max(widths[c], display_width(row[c]));
  }
  for (size_t c = 0; terminal.cuts && c < columns_.size(); ++c) {
    const size_t total = total_width(widths);
    if (!columns_[c].shrinks || total <= terminal.width || widths[c] <= narrowest) continue;
    widths[c] -= std::min(total - terminal.width, widths[c] - narrowest);
  }
  return widths;
}

std::string Table::print(const Terminal& terminal) const {
  const std::vector<size_t> wide = widths(terminal);
  const std::string rule = repeated(terminal.utf8 ? "─" : "-", total_width(wide)) + "\n";
  std::string out;
  const auto print_row = [&](const auto& cell_of) {
    std::string line;
    for (size_t c = 0; c < columns_.size(); ++c) {
      if (c > 0) line += std::string(gap, ' ');
      line += padded(cut_to(cell_of(c), wide[c], terminal), wide[c], columns_[c].align);
    }
    append_line(out, std::move(line));
  };
  print_row([&](size_t c) -> const std::string& { return columns_[c].title; });
  out += rule;
  for (const auto& row : rows_) {
    if (row.empty())
      out += rule;
    else
      print_row([&](size_t c) -> const std::string& { return row[c]; });
  }
  return out;
}

}  // namespace counterpoint::report
