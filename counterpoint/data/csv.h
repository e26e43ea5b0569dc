// Comma-separated values (or another separator) (RFC 4180): quotes around cells that hold commas, newlines or quotes,
// which are doubled.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace counterpoint::data {

struct Csv {
  std::vector<std::string> columns;  ///< the first row
  struct Row {
    std::vector<std::string> cells;  ///< as many as columns
    std::int64_t line = 0;           ///< where it begins, 1 based
  };
  std::vector<Row> rows;
};

/// Lines end in \n or \r\n; blank ones are skipped. Error: no such file, no row of titles, a row with another number of
/// cells, a quote that is not closed; each with file and line.
Csv read_csv(const std::filesystem::path& path, char separator = ',');

}  // namespace counterpoint::data
