// The page that answers a query with pictures.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "counterpoint/protoclip/page/clip_page.h"

namespace counterpoint::protoclip {

struct FoundPicture {
  ShownPicture picture;
  std::string key;
  double cosine = 0;
};

struct SearchPage {
  std::string query;                ///< plain text, as all texts here
  std::vector<FoundPicture> found;  ///< best first
  std::string subtitle;             ///< what was searched, by which model
};

/// The whole HTML document: one file, nothing fetched. Captions, keys and the query may hold anything.
std::string search_page(const SearchPage& page);

/// Whether a document is one that search_page made.
bool is_search_page(std::string_view document);

}  // namespace counterpoint::protoclip
