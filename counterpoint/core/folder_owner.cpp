#include "counterpoint/core/folder_owner.h"

#include <algorithm>

namespace counterpoint {
namespace fs = std::filesystem;

bool holds_other_files(const fs::path& folder, const std::function<bool(const std::string&)>& early) {
  if (!fs::is_directory(folder)) return false;
  const fs::directory_iterator entries(folder);
  return std::any_of(begin(entries), end(entries), [&](const fs::directory_entry& entry) {
    const fs::path name = entry.path().filename();
    const std::string finished = (name.extension() == ".partial" ? name.stem() : name).string();
    return finished != "config.json" && !early(finished);
  });
}

}  // namespace counterpoint
