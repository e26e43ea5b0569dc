// Shell patterns in configuration files, so that one can name what lies in a folder whose name has a version in it.
#pragma once
#include <string>
#include <string_view>

namespace counterpoint {

/// The path `pattern`, or the one that it matches (*, ?, [..]) where none is called so. `what` and `expected` are for
/// the error, e.g. "model" and "a Hugging Face folder or a GGUF file". Error: no match, or several (names the first).
std::string only_match(const std::string& pattern, std::string_view what, std::string_view expected);

}  // namespace counterpoint
