#include "counterpoint/data/csv.h"

#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"

namespace counterpoint::data {
namespace {

/// Takes one row after the other out of a file's text.
class Reader {
 public:
  Reader(const std::filesystem::path& path, const std::string& text, char separator)
      : path_(path), text_(text), ends_{separator, '\r', '\n'} {}

  bool at_end() const { return at_ >= text_.size(); }

  Csv::Row row() {
    Csv::Row row{.cells = {}, .line = line_};
    do row.cells.push_back(cell());
    while (take(ends_[0]));
    take('\r');
    if (!at_end() && !take('\n'))
      fail("{}:{}: the separator or the line's end was expected behind a quote", path_.string(), line_);
    ++line_;
    return row;
  }

 private:
  bool take(char wanted) {
    if (at_end() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }

  std::string cell() {
    if (take('"')) return quoted();
    const size_t end = std::min(text_.find_first_of(ends_, at_), text_.size());
    const std::string plain = text_.substr(at_, end - at_);
    at_ = end;
    return plain;
  }

  std::string quoted() {
    const std::int64_t began = line_;
    std::string out;
    while (!at_end()) {
      const char c = text_[at_++];
      if (c == '"' && !take('"')) return out;
      line_ += c == '\n';
      out += c;
    }
    fail("{}:{}: a quote is opened and never closed", path_.string(), began);
  }

  const std::filesystem::path& path_;
  const std::string& text_;
  const std::string ends_;  ///< of a plain cell: the separator first
  size_t at_ = 0;
  std::int64_t line_ = 1;
};

bool is_blank(const Csv::Row& row) { return row.cells.size() == 1 && row.cells.front().empty(); }

}  // namespace

Csv read_csv(const std::filesystem::path& path, char separator) {
  std::string text = read_file(path);
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);  // the mark that some programs write first
  Reader reader(path, text, separator);
  Csv csv;
  while (!reader.at_end()) {
    Csv::Row row = reader.row();
    if (is_blank(row)) continue;
    if (csv.columns.empty()) {
      csv.columns = std::move(row.cells);
      continue;
    }
    if (row.cells.size() != csv.columns.size())
      fail("{}:{}: {} cells, {} were expected as in the first row", path.string(), row.line, row.cells.size(),
           csv.columns.size());
    csv.rows.push_back(std::move(row));
  }
  if (csv.columns.empty()) fail("{}: the file is empty; a row of column names was expected", path.string());
  return csv;
}

}  // namespace counterpoint::data
