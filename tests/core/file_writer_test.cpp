// Files written piece by piece.
#include "counterpoint/core/files.h"
#include "tests/support/support.h"

namespace counterpoint {
namespace {
namespace fs = std::filesystem;

TEST(FileWriter, IsThereWholeWhenFinished) {
  const test::ScratchDir dir;
  write_file_atomic(dir / "file", "old");
  {
    FileWriter file(dir / "file");
    file.write("a\n");
    file.write("b");
    EXPECT_EQ(read_file(dir / "file"), "old");
    file.finish();
  }
  EXPECT_EQ(read_file(dir / "file"), "a\nb");
  EXPECT_FALSE(fs::exists(dir / "file.partial"));
}

TEST(FileWriter, LeavesNothingWhenBrokenOff) {
  const test::ScratchDir dir;
  { FileWriter(dir / "file").write("a"); }
  EXPECT_TRUE(fs::is_empty(dir.path()));
  fs::create_directories(dir / "folder/inside");
  test::expect_contains(test::error_of([&] { FileWriter(dir / "folder").finish(); }), "cannot write");
  EXPECT_FALSE(fs::exists(dir / "folder.partial"));
  write_file_atomic(dir / "plain", "");
  test::expect_contains(test::error_of([&] { FileWriter(dir / "plain/file"); }), "a folder was expected");
}

}  // namespace
}  // namespace counterpoint
