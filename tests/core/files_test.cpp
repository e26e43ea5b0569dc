#include "counterpoint/core/files.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <fstream>
#include <thread>

#include "counterpoint/core/file_print.h"
#include "counterpoint/core/strings.h"
#include "tests/support/support.h"

namespace counterpoint {
namespace {

namespace fs = std::filesystem;
using test::error_of;
using test::expect_contains;
using test::ScratchDir;

/// While it lives no file can grow beyond `bytes`: what a full disk does, without one.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit small{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  void (*handler_)(int);
  rlimit before_{};
};

TEST(ReadFile, GivesEveryByte) {
  const ScratchDir dir;
  const std::string bytes("a\0\r\n\xFF", 5);
  write_file_atomic(dir / "x", bytes);
  EXPECT_EQ(read_file(dir / "x"), bytes);
  write_file_atomic(dir / "empty", "");
  EXPECT_EQ(read_file(dir / "empty"), "");
}

TEST(ReadFile, SaysWhatIsWrong) {
  const ScratchDir dir;
  EXPECT_EQ(error_of([&] { read_file(dir / "none"); }),
            "cannot open " + (dir / "none").string() + ": No such file or directory");
  EXPECT_EQ(error_of([&] { read_file(dir.path()); }), dir.path().string() + " is a folder; a file was expected");
  expect_contains(error_of([&] { read_file(dir / std::string(300, 'x')); }), "File name too long");
}

TEST(WriteFileAtomic, ReplacesAndLeavesNothingBeside) {
  const ScratchDir dir;
  write_file_atomic(dir / "x", "old and longer");
  write_file_atomic(dir / "x", "new");
  EXPECT_EQ(read_file(dir / "x"), "new");
  EXPECT_EQ(std::distance(fs::directory_iterator(dir.path()), {}), 1);
}

TEST(RenameSynced, MovesAFolderWithWhatIsInIt) {
  const ScratchDir dir;
  make_dirs(dir / "a");
  write_file_atomic(dir / "a" / "x", "1");
  rename_synced(dir / "a", dir / "b");
  EXPECT_EQ(read_file(dir / "b" / "x"), "1");
  expect_contains(error_of([&] { rename_synced(dir / "a", dir / "c"); }), "No such file");
}

TEST(WriteFileAtomic, KeepsTheOldFileWhenTheDiskIsFull) {
  const ScratchDir dir;
  write_file_atomic(dir / "x", "old");
  std::string message;
  {
    const FileSizeLimit limit(64);
    message = error_of([&] { write_file_atomic(dir / "x", std::string(1000, 'n')); });
  }
  EXPECT_EQ(message, "cannot write " + (dir / "x").string() + ": " + std::strerror(EFBIG));
  EXPECT_EQ(read_file(dir / "x"), "old");
  EXPECT_EQ(std::distance(fs::directory_iterator(dir.path()), {}), 1);
}

TEST(WriteFileAtomic, CleansUpWhenItCannotRename) {
  const ScratchDir dir;
  make_dirs(dir / "x/inside");
  expect_contains(error_of([&] { write_file_atomic(dir / "x", "bytes"); }), "cannot write " + (dir / "x").string());
  EXPECT_FALSE(fs::exists(dir / "x.partial"));
}

TEST(WriteFileAtomic, MakesTheFolderThatIsNotThere) {
  const ScratchDir dir;
  write_file_atomic(dir / "no/such/x", "bytes");
  EXPECT_EQ(read_file(dir / "no/such/x"), "bytes");
  expect_contains(error_of([&] { write_file_atomic(dir / "no/such/x/y", "bytes"); }), "x is a file");
}

TEST(WriteFileAtomic, WritesWhereALinkPoints) {
  const ScratchDir dir;
  write_file_atomic(dir / "real", "old");
  fs::create_symlink(dir / "real", dir / "link");
  write_file_atomic(dir / "link", "new");
  EXPECT_TRUE(fs::is_symlink(dir / "link"));
  EXPECT_EQ(read_file(dir / "real"), "new");
}

TEST(WriteFileAtomic, ALinkMayPointToWhatIsNotThereYet) {
  const ScratchDir dir;
  fs::create_symlink("later/real", dir / "link");
  fs::create_symlink("link", dir / "link to link");
  write_file_atomic(dir / "link to link", "new");
  EXPECT_TRUE(fs::is_symlink(dir / "link"));
  EXPECT_TRUE(fs::is_symlink(dir / "link to link"));
  EXPECT_EQ(read_file(dir / "later/real"), "new");
}

TEST(WriteFileAtomic, LinksThatPointToEachOtherAreAnError) {
  const ScratchDir dir;
  fs::create_symlink("there", dir / "here");
  fs::create_symlink("here", dir / "there");
  expect_contains(error_of([&] { write_file_atomic(dir / "here", "bytes"); }), "a link to a link without end");
  EXPECT_TRUE(fs::is_symlink(dir / "here"));
}

TEST(WriteFileAtomic, APipeIsWrittenToAndNotReplaced) {
  const ScratchDir dir;
  ASSERT_EQ(::mkfifo((dir / "pipe").c_str(), 0600), 0);
  std::string got(5, ' ');
  std::thread reader([&] {
    std::ifstream in(dir / "pipe");
    in.read(got.data(), 5);
  });
  write_file_atomic(dir / "pipe", "bytes");
  reader.join();
  EXPECT_EQ(got, "bytes");
  EXPECT_TRUE(fs::is_fifo(dir / "pipe"));
}

TEST(WriteFileAtomic, APipeThatHasNoPathIsWrittenTo) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const fs::path link = "/proc/self/fd/" + std::to_string(ends[1]);  // as /dev/stdout is in a pipeline
  if (!fs::exists(link)) GTEST_SKIP() << "no /proc here";
  check_writable(link);
  write_file_atomic(link, "bytes");
  char read_back[8] = {};
  EXPECT_EQ(::read(ends[0], read_back, sizeof read_back), 5);
  EXPECT_STREQ(read_back, "bytes");
  for (const int end : ends) ::close(end);
}

TEST(FilePrint, TellsFilesApartByWhatIsInThem) {
  const ScratchDir dir;
  const std::string large(1 << 20, 'a');
  std::string other = large;
  for (size_t i = 0; i < other.size(); i += 100) other[i] = 'b';
  write_file_atomic(dir / "m/x", large);
  const auto of_file = file_print(dir / "m/x"), of_folder = file_print(dir / "m");
  write_file_atomic(dir / "m/x", large);
  EXPECT_EQ(file_print(dir / "m/x"), of_file);
  write_file_atomic(dir / "m/x", other);
  EXPECT_NE(file_print(dir / "m/x"), of_file);
  EXPECT_NE(file_print(dir / "m"), of_folder);
  EXPECT_NE(error_of([&] { file_print(dir / "none"); }), "");
}

TEST(FilePrint, TellsOneByteInALargeText) {
  const ScratchDir dir;
  std::string text(5 << 20, 'a');
  write_file_atomic(dir / "x", text);
  const auto before = file_print(dir / "x");
  for (const size_t at : {size_t{0}, size_t{12'345}, text.size() / 2 + 777, text.size() - 1}) {
    std::string edited = text;
    edited[at] = 'b';
    write_file_atomic(dir / "x", edited);
    EXPECT_NE(file_print(dir / "x"), before) << at;
  }
}

// Recorded replies and a study's stages hang on it.
TEST(FilePrint, IsTheSameForEver) {
  const ScratchDir dir;
  write_file_atomic(dir / "x", "text");
  EXPECT_EQ(file_print(dir / "x"), stable_hash("4text"));
  EXPECT_EQ(file_print(dir.path()), stable_hash(fmt::format("x {:016x}\n", stable_hash("4text"))));
}

TEST(WriteFileAtomic, NeedsAFolderThatMayBeWritten) {
  const ScratchDir dir;
  write_file_atomic(dir / "x", "old");
  ::chmod(dir.path().c_str(), 0500);
  // Root may write everywhere, so it becomes somebody else for the moment.
  const bool root = ::geteuid() == 0;
  if (root && ::seteuid(65534) != 0) GTEST_SKIP() << "root cannot become somebody else here";
  const std::string message = error_of([&] { write_file_atomic(dir / "x", "new"); });
  if (root && ::seteuid(0) != 0) FAIL() << "cannot become root again";
  ::chmod(dir.path().c_str(), 0700);
  expect_contains(message, "Permission denied");
  EXPECT_EQ(read_file(dir / "x"), "old");
}

TEST(MakeDirs, CreatesParentsAndIsContentWithWhatIsThere) {
  const ScratchDir dir;
  make_dirs(dir / "a/b/c");
  make_dirs(dir / "a/b/c");
  EXPECT_TRUE(fs::is_directory(dir / "a/b/c"));
}

TEST(MakeDirs, DoesNotReplaceAFile) {
  const ScratchDir dir;
  write_file_atomic(dir / "a", "bytes");
  expect_contains(error_of([&] { make_dirs(dir / "a"); }), (dir / "a").string());
  expect_contains(error_of([&] { make_dirs(dir / "a/b"); }), (dir / "a/b").string());
  EXPECT_EQ(read_file(dir / "a"), "bytes");
}

std::string text_of(const MappedFile& file) {
  return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}

TEST(MappedFile, ShowsTheFile) {
  const ScratchDir dir;
  write_file_atomic(dir / "x", "hello");
  write_file_atomic(dir / "empty", "");
  EXPECT_EQ(text_of(MappedFile(dir / "x")), "hello");
  EXPECT_TRUE(MappedFile(dir / "empty").bytes().empty());
  expect_contains(error_of([&] { MappedFile file(dir / "none"); }), "cannot open");
  expect_contains(error_of([&] { MappedFile file(dir.path()); }), "is a folder");
}

TEST(MappedFile, Moves) {
  const ScratchDir dir;
  write_file_atomic(dir / "x", "hello");
  write_file_atomic(dir / "y", "world");
  MappedFile first(dir / "x");
  MappedFile second = std::move(first);
  EXPECT_EQ(text_of(second), "hello");
  second = MappedFile(dir / "y");
  EXPECT_EQ(text_of(second), "world");
  EXPECT_EQ(second.path(), dir / "y");
}

TEST(MappedFile, ForgottenBytesAreReadAgain) {
  const ScratchDir dir;
  const std::string bytes(100'000, 'b');
  write_file_atomic(dir / "x", bytes);
  const MappedFile file(dir / "x");
  EXPECT_EQ(text_of(file), bytes);
  file.forget(file.bytes().subspan(5000, 60'000));
  EXPECT_EQ(text_of(file), bytes);
}

TEST(LineAppender, AppendsBehindWhatIsThere) {
  const ScratchDir dir;
  { LineAppender(dir / "log").append("one"); }
  LineAppender log(dir / "log");
  log.append("two");
  log.append("");
  EXPECT_EQ(read_file(dir / "log"), "one\ntwo\n\n");
}

TEST(LineAppender, CutsTheLineThatAKillLeftUnfinished) {
  const ScratchDir dir;
  write_file_atomic(dir / "log", "one\ntwo\n{\"half\": ");
  { LineAppender(dir / "log").append("three"); }
  EXPECT_EQ(read_file(dir / "log"), "one\ntwo\nthree\n");
  write_file_atomic(dir / "log", "all of it is unfinished");
  { LineAppender(dir / "log").append("one"); }
  EXPECT_EQ(read_file(dir / "log"), "one\n");
}

TEST(LineAppender, OpeningAloneLosesNoWholeLine) {
  const ScratchDir dir;
  write_file_atomic(dir / "log", "one\ntwo\n");
  { const LineAppender log(dir / "log"); }
  EXPECT_EQ(read_file(dir / "log"), "one\ntwo\n");
}

TEST(LineAppender, AFullDiskLeavesWholeLinesAndGoesOnWhenThereIsSpace) {
  const ScratchDir dir;
  LineAppender log(dir / "log");
  log.append("one");
  std::string message;
  {
    const FileSizeLimit limit(64);
    message = error_of([&] { log.append(std::string(1000, 'x')); });
  }
  EXPECT_EQ(message, "cannot write " + (dir / "log").string() + ": " + std::strerror(EFBIG));
  EXPECT_EQ(read_file(dir / "log"), "one\n");
  log.append("two");
  EXPECT_EQ(read_file(dir / "log"), "one\ntwo\n");
}

TEST(LineAppender, HasTheFileForItself) {
  const ScratchDir dir;
  {
    LineAppender first(dir / "lines");
    expect_contains(error_of([&] { LineAppender(dir / "lines"); }), "is being written by another process");
    first.append("one");
  }
  LineAppender(dir / "lines").append("two");
  EXPECT_EQ(read_file(dir / "lines"), "one\ntwo\n");
}

TEST(LineAppender, WantsAFile) {
  const ScratchDir dir;
  expect_contains(error_of([&] { LineAppender log(dir.path()); }), "cannot open " + dir.path().string());
  // Every write to it fails for want of space, but it is no file that could be gone on with.
  expect_contains(error_of([] { LineAppender log("/dev/full"); }), "/dev/full is not a file");
}

}  // namespace
}  // namespace counterpoint
