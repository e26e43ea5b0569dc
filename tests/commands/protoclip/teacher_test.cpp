#include <gtest/gtest.h>

#include "counterpoint/commands/protoclip/commands.h"
#include "counterpoint/core/files.h"
#include "tests/commands/run_command.h"
#include "tests/support/support.h"

namespace counterpoint::commands::protoclip {
namespace {

TEST(Teacher, WritesOverTeachersOnly) {
  const test::ScratchDir dir;
  const std::string pairs = "filepath\ttitle\n1.png\ta dog runs\n2.png\ta cat sleeps\n";
  write_file_atomic(dir / "pairs.tsv", pairs);
  write_file_atomic(dir / "mine.txt", "mine");
  const auto encode = [&](const char* to) {
    return test::run_command(
        {"teacher", "--model", "tfidf", "--train-data", (dir / "pairs.tsv").string(), "--output", (dir / to).string()},
        {declare_teacher});
  };
  EXPECT_EQ(encode("teacher.safetensors").exit_code, 0);
  EXPECT_EQ(encode("teacher.safetensors").exit_code, 0);
  test::expect_contains(encode("mine.txt").error, "no file of 'protoclip teacher'");
  EXPECT_EQ(read_file(dir / "mine.txt"), "mine");
  test::expect_contains(encode("pairs.tsv").error, "is the file of --train-data");
  EXPECT_EQ(read_file(dir / "pairs.tsv"), pairs);
}

}  // namespace
}  // namespace counterpoint::commands::protoclip
