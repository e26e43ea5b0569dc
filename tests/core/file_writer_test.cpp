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

TEST(FileWriter, HasTheFileForItself) {
  const test::ScratchDir dir;
  FileWriter first(dir / "file");
  first.write("one ");
  test::expect_contains(test::error_of([&] { FileWriter(dir / "file"); }), "is being written by another process");
  first.write("two");
  first.finish();
  EXPECT_EQ(read_file(dir / "file"), "one two");
  write_file_atomic(dir / "file", "three");
  EXPECT_EQ(read_file(dir / "file"), "three");
}

TEST(FileWriter, NothingIsKeptOfWhatAKilledOneLeft) {
  const test::ScratchDir dir;
  write_file_atomic(dir / "file.partial", "longer than what comes");
  write_file_atomic(dir / "file", "short");
  EXPECT_EQ(read_file(dir / "file"), "short");
}

TEST(FileWriter, RemovesNoFileButItsOwn) {
  const test::ScratchDir dir;
  {
    const FileWriter first(dir / "file");
    fs::rename(dir / "file.partial", dir / "moved");
    write_file_atomic(dir / "file.partial", "another's");
  }
  EXPECT_EQ(read_file(dir / "file.partial"), "another's");
}

}  // namespace
}  // namespace counterpoint
