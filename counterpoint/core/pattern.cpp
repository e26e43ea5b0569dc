#include "counterpoint/core/pattern.h"

#include <glob.h>

#include <filesystem>
#include <vector>

#include "counterpoint/core/error.h"

namespace counterpoint {

std::string only_match(const std::string& pattern, std::string_view what, std::string_view expected) {
  if (std::filesystem::exists(pattern)) return pattern;
  glob_t found{};
  const int status = ::glob(pattern.c_str(), 0, nullptr, &found);
  const std::vector<std::string> paths(found.gl_pathv, found.gl_pathv + (status == 0 ? found.gl_pathc : 0));
  ::globfree(&found);
  if (paths.empty()) fail("no {} '{}': {} was expected", what, pattern, expected);
  if (paths.size() > 1)
    fail("the {} '{}' is {} files: one was expected, the first is {}", what, pattern, paths.size(), paths[0]);
  return paths[0];
}

}  // namespace counterpoint
