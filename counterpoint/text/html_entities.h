// HTML's character references ("&amp;", "&#8217;") as text.
#pragma once
#include <string>
#include <string_view>

namespace counterpoint::text {

/// Each reference replaced as HTML 5 says, names without a semicolon and longest known beginnings included: what
/// Python's html.unescape does.
std::string html_unescape(std::string_view text);

/// The reference between '&' and what ends it (";" included where it is there); "" where it stands for nothing that may
/// be in a text; the text itself, '&' included, where nobody knows it.
std::string html_reference(std::string_view body);

/// What a byte that stands for a C1 control (128 to 159) means in Windows-1252; itself where that has nothing there.
char32_t windows_1252(char32_t c1_control);

}  // namespace counterpoint::text
