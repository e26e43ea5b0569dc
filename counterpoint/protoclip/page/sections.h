// The parts of the page, each from a part of ClipPage. Markup; "" where the page has nothing for it.
#pragma once
#include "counterpoint/protoclip/page/clip_page.h"

namespace counterpoint::protoclip {

/// The arms in the order of the results, base first: an arm's index is its colour.
std::vector<std::string> ordered_arms(const ClipPage& page);

std::string arms_html(const ClipPage& page);
std::string gains_html(const ClipPage& page);
std::string curves_html(const ClipPage& page);
std::string galleries_html(const ClipPage& page);
std::string maps_html(const ClipPage& page);
std::string retrieval_html(const ClipPage& page);
std::string settings_html(const ClipPage& page);
/// <img> with the caption as its text; a grey field where there is no picture.
std::string picture_html(const ShownPicture& picture, bool marked = false);

}  // namespace counterpoint::protoclip
