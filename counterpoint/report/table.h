// A table with aligned columns, measured in terminal columns rather than bytes.
#pragma once
#include <string>
#include <vector>

#include "counterpoint/report/terminal.h"

namespace counterpoint::report {

enum class Align { left, right };

struct Column {
  std::string title;
  Align align = Align::left;
  bool shrinks = false;  ///< its cells are cut where the table would be wider than the terminal
};

class Table {
 public:
  explicit Table(std::vector<Column> columns);

  /// One cell a column, plain text; a newline or control character counts as a space.
  void add_row(std::vector<std::string> cells);
  /// A line between the rows so far and what follows: before a total.
  void add_rule();
  bool empty() const { return rows_.empty(); }

  /// The title row, a rule and the rows, each line ended by a newline, without trailing spaces.
  std::string print(const Terminal& terminal = {}) const;

 private:
  std::vector<size_t> widths(const Terminal& terminal) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;  ///< an empty row is a rule
};

}  // namespace counterpoint::report
