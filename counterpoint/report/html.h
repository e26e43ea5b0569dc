// Text and data that go into an HTML page without becoming part of its markup.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "counterpoint/data/jsonl.h"

namespace counterpoint::report {

/// For text between tags and inside quoted attributes: & < > " ' as entities. Damaged UTF-8 and control characters
/// other than newline and tab become U+FFFD.
std::string escape_html(std::string_view text);

/// The value for a <script type="application/json"> block: one line of JSON in which <, >, &, U+2028 and U+2029 are
/// \u escapes, so that no text in it can end the block or open a comment.
std::string json_for_page(const data::Json& value);

/// One cell of an HtmlTable.
struct HtmlCell {
  std::string html;     ///< markup: text goes through escape_html first
  bool number = false;  ///< right-aligned, digits of equal width
  bool strong = false;
};

/// A table that scrolls inside its own box where it is wider than the screen, and whose first column heads the rows.
class HtmlTable {
 public:
  /// `caption`: plain text, tells a screen reader what the table is.
  HtmlTable(std::string caption, std::vector<HtmlCell> head);
  void add_row(std::vector<HtmlCell> cells);
  /// A last row of another kind: scales, totals.
  void set_foot(std::vector<HtmlCell> cells) { foot_ = std::move(cells); }
  std::string html() const;

 private:
  std::string caption_;
  std::vector<HtmlCell> head_, foot_;
  std::vector<std::vector<HtmlCell>> rows_;
};

/// Plain text as a cell.
HtmlCell text_cell(std::string_view text);
/// A number, already formatted, as a cell.
HtmlCell number_cell(std::string_view text);

}  // namespace counterpoint::report
