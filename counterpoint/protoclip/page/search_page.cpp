#include "counterpoint/protoclip/page/search_page.h"

#include "counterpoint/protoclip/page/sections.h"
#include "counterpoint/report/figure.h"
#include "counterpoint/report/html.h"
#include "counterpoint/report/page.h"

namespace counterpoint::protoclip {

std::string_view clip_style();  // clip.css

namespace {

using report::escape_html;

constexpr const char* kicker = "protoclip search";

/// Larger pictures than the gallery's: here they are the answer.
constexpr const char* style =
    ".found { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: .9rem; padding: 0;\n"
    "  margin: 0; list-style: none; }\n"
    ".found .picture { margin-bottom: .45rem; }\n"
    ".found .about { margin: 0; font: .8125rem/1.4 var(--sans); }\n"
    ".found .about + .about { color: var(--soft); }\n";

std::string about(const std::string& text) {
  return text.empty() ? "" : "<p class=\"about\">" + escape_html(text) + "</p>\n";
}

std::string card(const FoundPicture& found, std::size_t place) {
  return "<li class=\"card\">" + picture_html(found.picture) + about(found.picture.caption) +
         about(fmt::format("{}. {} · cosine {:.3f}", place, found.key, found.cosine)) + "</li>\n";
}

}  // namespace

std::string search_page(const SearchPage& page) {
  std::string list = "<ol class=\"found\">\n";
  for (std::size_t i = 0; i < page.found.size(); ++i) list += card(page.found[i], i + 1);
  report::Page out{.kicker = kicker, .title = page.query, .subtitle = page.subtitle};
  out.sections = {{"found", "Nearest pictures", list + "</ol>\n"}};
  out.style = std::string(clip_style()) + style;
  out.pictures = true;
  return report::render(out);
}

bool is_search_page(std::string_view document) {
  return document.starts_with("<!DOCTYPE html>") &&
         document.find(fmt::format("<p class=\"kicker\">{}</p>", kicker)) != std::string_view::npos;
}

}  // namespace counterpoint::protoclip
