#include "counterpoint/report/html.h"

#include "counterpoint/core/error.h"
#include "counterpoint/core/strings.h"

namespace counterpoint::report {
namespace {

bool is_control(char32_t c) { return (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7F && c < 0xA0); }

std::string cell_html(const HtmlCell& cell, const char* scope) {
  const char* tag = *scope ? "th" : "td";
  return fmt::format("<{0}{1}{2}{3}>{4}</{0}>", tag, *scope ? " scope=" : "", scope,
                     cell.number ? " class=\"number\"" : "",
                     cell.strong ? "<strong>" + cell.html + "</strong>" : cell.html);
}

std::string head_html(const std::vector<HtmlCell>& cells) {
  std::string out = "<tr>";
  for (const HtmlCell& cell : cells) out += cell_html(cell, "col");
  return out + "</tr>\n";
}

std::string row_html(const std::vector<HtmlCell>& cells) {
  std::string out = "<tr>" + cell_html(cells.front(), "row");
  for (size_t i = 1; i < cells.size(); ++i) out += cell_html(cells[i], "");
  return out + "</tr>\n";
}

}  // namespace

std::string escape_html(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const char32_t c = next_utf8(text, at);
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        append_utf8(out, is_control(c) ? 0xFFFD : c);
    }
  }
  return out;
}

std::string json_for_page(const data::Json& value) {
  std::string out = data::to_line(value);
  // These characters stand only inside JSON's strings, where the escape means the same.
  const std::pair<const char*, const char*> escapes[] = {
      {"<", "\\u003c"}, {">", "\\u003e"}, {"&", "\\u0026"}, {"\u2028", "\\u2028"}, {"\u2029", "\\u2029"}};
  for (const auto& [character, escape] : escapes) out = replace_all(std::move(out), character, escape);
  return out;
}

HtmlTable::HtmlTable(std::string caption, std::vector<HtmlCell> head)
    : caption_(std::move(caption)), head_(std::move(head)) {}

void HtmlTable::add_row(std::vector<HtmlCell> cells) {
  COUNTERPOINT_ASSERT(cells.size() == head_.size());
  rows_.push_back(std::move(cells));
}

std::string HtmlTable::html() const {
  // The box takes the keyboard's focus, so that it scrolls without a mouse.
  std::string out = fmt::format(
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{0}\"><table>\n"
      "<caption class=\"unseen\">{0}</caption>\n<thead>{1}</thead>\n<tbody>\n",
      escape_html(caption_), head_html(head_));
  for (const std::vector<HtmlCell>& row : rows_) out += row_html(row);
  out += "</tbody>\n";
  if (!foot_.empty()) out += "<tfoot>" + row_html(foot_) + "</tfoot>\n";
  return out + "</table></div>\n";
}

HtmlCell text_cell(std::string_view text) { return {.html = escape_html(text)}; }

HtmlCell number_cell(std::string_view text) { return {.html = escape_html(text), .number = true}; }

}  // namespace counterpoint::report
