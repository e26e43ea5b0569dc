// Replays tests/fuzz/corpus: what must be read, what must be refused, and what the fuzzers once found.
#include "tests/fuzz/targets.h"

#include "counterpoint/core/files.h"
#include "tests/support/support.h"

namespace counterpoint {
namespace {

using Target = bool (*)(std::span<const std::byte>);

void replay(const std::string& folder, Target target, int least) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(test::golden("../fuzz/corpus/" + folder))) {
    const std::string name = entry.path().filename().string();
    const bool good = name.starts_with("good_");
    ASSERT_TRUE(good || name.starts_with("bad_")) << name;
    EXPECT_EQ(target(MappedFile(entry.path()).bytes()), good) << name;
    ++files;
  }
  EXPECT_GE(files, least);
}

TEST(Corpus, Safetensors) { replay("safetensors", test::try_safetensors, 19); }
TEST(Corpus, Gguf) { replay("gguf", test::try_gguf, 31); }

}  // namespace
}  // namespace counterpoint
