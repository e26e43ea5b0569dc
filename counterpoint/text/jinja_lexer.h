// A Jinja template in tags, spelled in one way whatever its author's habits: enough to tell templates apart.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace counterpoint::text {

/// `{{ expression }}` and plain text are outputs, `{% statement %}` is a statement. Comments are gone.
struct JinjaTag {
  bool output = false;
  /// Words, symbols and strings. A string begins with ' and holds its text decoded; a.b is spelled a['b'].
  std::vector<std::string> tokens;
};

/// White space is treated as transformers does (trim_blocks, lstrip_blocks). Error: a tag that does not end.
std::vector<JinjaTag> jinja_tags(std::string_view source);

/// Joins neighbouring literals: 'a' + 'b' becomes 'ab'.
std::vector<std::string> with_joined_literals(const std::vector<std::string>& tokens);

}  // namespace counterpoint::text
