#include "counterpoint/core/file_print.h"

#include <algorithm>
#include <vector>

#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/core/strings.h"

namespace counterpoint {
namespace fs = std::filesystem;
namespace {

/// What is read whole: a tenth of a second.
constexpr std::size_t whole = std::size_t{64} << 20;
/// Of a larger file.
constexpr std::size_t block = 4096, blocks = 64;

std::uint64_t print_of_file(const fs::path& path) {
  const MappedFile file(path);
  const std::string_view bytes(reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size());
  std::string seen = std::to_string(bytes.size());
  if (bytes.size() <= whole)
    seen += bytes;
  else
    for (std::size_t i = 0; i < blocks; ++i) seen += bytes.substr(i * (bytes.size() - block) / (blocks - 1), block);
  return stable_hash(seen);
}

std::uint64_t print_of_folder(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.is_regular_file()) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::string seen;
  for (const fs::path& file : files) seen += fmt::format("{} {:016x}\n", file.filename().string(), print_of_file(file));
  return stable_hash(seen);
}

}  // namespace

std::uint64_t file_print(const fs::path& path) {
  return fs::is_directory(path) ? print_of_folder(path) : print_of_file(path);
}

}  // namespace counterpoint
