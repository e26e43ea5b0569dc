// What a chat template does when no tools are given, in one canonical spelling: equal skeletons render equally.
#pragma once
#include <string>
#include <string_view>

namespace counterpoint::text {

/// One line per output `{{ .. }}` or statement `{% .. %}`. Branches that only tools reach are gone, and so are white
/// space, quoting, comments, and how an output is cut into tags. In a literal, a line break, a quote and a backslash
/// are spelled \n, \' and \\. Error: a template with an unfinished tag or unbalanced blocks.
std::string jinja_skeleton(std::string_view source);

}  // namespace counterpoint::text
