// A self-contained HTML page: one file, nothing fetched from anywhere, no script but its own.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "counterpoint/data/jsonl.h"

namespace counterpoint::report {

struct PageSection {
  std::string id;     ///< [a-z-]+, the section's address within the page
  std::string title;  ///< plain text
  std::string html;   ///< markup
};

/// What a page's script reads: the text of the element whose id is `id`.
struct PageData {
  std::string id;
  data::Json value;
};

struct Page {
  std::string kicker;  ///< a line above the title; plain text, as the next two
  std::string title;
  std::string subtitle;
  std::vector<PageSection> sections;  ///< with more than one, a list of links stands above them
  std::string footer;                 ///< plain text
  std::vector<PageData> data;
  std::string style;      ///< CSS behind that of every page
  std::string script;     ///< JavaScript behind that of every page, in one function with it
  bool pictures = false;  ///< allows <img> whose address is data: (and no other)
};

/// The whole document. Its Content-Security-Policy allows this very style and this very script, by their SHA-256, and
/// nothing else: no address, no inline handler, no style attribute.
std::string render(const Page& page);

/// "sha256-..." in base64, as a Content-Security-Policy names a script.
std::string policy_hash(std::string_view text);

}  // namespace counterpoint::report
