// pbt report: a folder's page on disk.
#include "counterpoint/core/files.h"
#include "counterpoint/persuasion/tree.h"
#include "tests/commands/run_command.h"
#include "tests/support/support.h"
#include "tests/support/trees.h"

namespace counterpoint::test {
namespace {

CommandResult run(std::vector<std::string> arguments) {
  return run_command(std::move(arguments), {commands::declare_report});
}

TEST(Report, WritesThePageIntoTheFolder) {
  const ScratchDir dir;
  write_file_atomic(dir / "trees.jsonl", data::to_line(to_json(figure_2())) + "\n");
  const CommandResult result = run({"report", dir.path().string()});
  ASSERT_EQ(result.exit_code, 0) << result.error;
  expect_contains(result.out, (dir / "report.html").string());
  expect_contains(read_file(dir / "report.html"), "What is the capital of France?");
  const std::string elsewhere = (dir / "other.html").string();
  ASSERT_EQ(run({"report", dir.path().string(), "--output", elsewhere}).exit_code, 0);
  EXPECT_EQ(read_file(elsewhere), read_file(dir / "report.html"));
  ASSERT_EQ(run({"report", dir.path().string(), "--output", elsewhere}).exit_code, 0);
  const CommandResult over = run({"report", dir.path().string(), "--output", (dir / "trees.jsonl").string()});
  expect_contains(over.error, "is there already, and no page");
}

TEST(Report, AFolderOfSomethingElseIsAnError) {
  const ScratchDir dir;
  const CommandResult result = run({"report", dir.path().string()});
  EXPECT_EQ(result.exit_code, 1);
  expect_contains(result.error, "trees.jsonl (pbt generate)");
  EXPECT_FALSE(std::filesystem::exists(dir / "report.html"));
  EXPECT_EQ(run({"report"}).exit_code, 2);
}

}  // namespace
}  // namespace counterpoint::test
