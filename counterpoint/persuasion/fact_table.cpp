#include "counterpoint/persuasion/fact_table.h"

#include <algorithm>
#include <array>
#include <set>

#include "counterpoint/core/error.h"
#include "counterpoint/core/strings.h"

namespace counterpoint::persuasion {
namespace {

constexpr std::string_view kKey = "{key}";

/// "the United Kingdom" -> "the-united-kingdom". Letters beyond ASCII are left out.
std::string slug_of(std::string_view text) {
  std::string slug;
  for (const char c : to_lower_ascii(text)) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
      slug.push_back(c);
    else if (!slug.empty() && slug.back() != '-' && static_cast<unsigned char>(c) < 0x80)
      slug.push_back('-');
  }
  if (!slug.empty() && slug.back() == '-') slug.pop_back();
  return slug;
}

class TableReader {
 public:
  explicit TableReader(std::string_view file) : file_(file) {}

  void read_line(std::string_view line) {
    ++line_;
    if (trim(line).empty() || line.front() == '#') return;
    const std::vector<std::string> columns = split(line, '\t');
    if (line.front() == '@')
      read_header(columns);
    else
      read_row(columns);
  }

  FactTable finish() {
    for (const auto& [name, value] : headers())
      if (value->empty()) fail("{}: no @{} line", file_, name);
    if (table_.sections.empty()) fail("{}: no @ask line", file_);
    check_last_section();
    return std::move(table_);
  }

 private:
  struct Header {
    std::string_view name;
    std::string* value;
  };

  std::array<Header, 3> headers() {
    return {{{"category", &table_.category}, {"title", &table_.title}, {"difficulty", &table_.difficulty}}};
  }

  std::string place() const { return fmt::format("{}:{}", file_, line_); }

  void read_header(const std::vector<std::string>& columns) {
    const std::string name = columns[0].substr(1);
    if (name == "ask") return begin_section(columns);
    if (columns.size() != 2 || columns[1].empty()) fail("{}: @{} takes one value after a tab", place(), name);
    for (const Header& header : headers()) {
      if (header.name != name) continue;
      if (!header.value->empty()) fail("{}: @{} stands there twice", place(), name);
      *header.value = columns[1];
      return check_difficulty(name, columns[1]);
    }
    const std::vector<std::string> known{"category", "title", "difficulty", "ask"};
    fail("{}: unknown header @{}{}", place(), name, suggestion(name, known));
  }

  void check_difficulty(const std::string& header, const std::string& value) const {
    const std::vector<std::string> known{"easy", "medium", "hard"};
    if (header == "difficulty" && std::find(known.begin(), known.end(), value) == known.end())
      fail("{}: unknown difficulty '{}'{}", place(), value, suggestion(value, known));
  }

  void begin_section(const std::vector<std::string>& columns) {
    if (table_.category.empty()) fail("{}: @category must come before @ask", place());
    if (columns.size() < 2 || columns.size() > 3) fail("{}: @ask takes a template and perhaps an id prefix", place());
    if (columns[1].find(kKey) == std::string::npos) fail("{}: the template has no {{key}}: '{}'", place(), columns[1]);
    if (!table_.sections.empty()) check_last_section();
    template_ = columns[1];
    prefix_ = table_.category + "/" + (columns.size() == 3 ? columns[2] + "-" : "");
    table_.sections.emplace_back();
  }

  void check_last_section() const {
    if (table_.sections.back().empty()) fail("{}: the @ask before has no rows", place());
  }

  void read_row(const std::vector<std::string>& columns) {
    if (table_.sections.empty()) fail("{}: a row before the first @ask", place());
    if (columns.size() < 2 || columns.size() > 3)
      fail("{}: expected key, answers and perhaps a third column, found {} columns", place(), columns.size());
    FactRow row{
        prefix_ + slug_of(columns[0]), replace_all(template_, kKey, columns[0]), spellings(columns[1]), {}, place()};
    if (columns.size() == 3) row.avoid = spellings(columns[2]);
    if (row.id == prefix_) fail("{}: key '{}' has no letter or digit for an id", place(), columns[0]);
    if (!ids_.insert(row.id).second) fail("{}: key '{}' is there twice (id {})", place(), columns[0], row.id);
    table_.sections.back().push_back(std::move(row));
  }

  std::vector<std::string> spellings(const std::string& column) const {
    std::vector<std::string> out = split(column, '|');
    std::set<std::string> seen;
    for (const std::string& spelling : out) {
      if (spelling.empty() || trim(spelling) != spelling) fail("{}: an empty or padded entry in '{}'", place(), column);
      if (!seen.insert(spelling).second) fail("{}: '{}' stands twice in '{}'", place(), spelling, column);
    }
    return out;
  }

  std::string file_, template_, prefix_;
  std::int64_t line_ = 0;
  std::set<std::string> ids_;
  FactTable table_;
};

}  // namespace

FactTable parse_fact_table(std::string_view text, std::string_view file) {
  TableReader reader(file);
  for (const std::string& line : split(text, '\n')) reader.read_line(line);
  return reader.finish();
}

}  // namespace counterpoint::persuasion
