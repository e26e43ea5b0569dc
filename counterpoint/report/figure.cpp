#include "counterpoint/report/figure.h"

#include "counterpoint/report/html.h"

namespace counterpoint::report {

std::string figure_html(const std::string& title, const std::string& drawing, const std::string& note) {
  std::string out = "<figure>\n<h3>" + escape_html(title) + "</h3>\n" + drawing;
  if (!note.empty()) out += "<figcaption>" + escape_html(note) + "</figcaption>\n";
  return out + "</figure>\n";
}

std::string figures_html(const std::string& figures) {
  return figures.empty() ? "" : "<div class=\"figures\">\n" + figures + "</div>\n";
}

std::string folded_html(const std::string& summary, const std::string& html) {
  return "<details><summary>" + escape_html(summary) + "</summary>\n" + html + "</details>\n";
}

std::string note_html(const std::string& text) {
  return text.empty() ? "" : "<p class=\"note\">" + escape_html(text) + "</p>\n";
}

}  // namespace counterpoint::report
