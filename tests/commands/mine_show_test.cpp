// pbt mine and pbt show: from files to files and to the terminal.
#include "counterpoint/core/files.h"
#include "counterpoint/persuasion/tree.h"
#include "tests/commands/run_command.h"
#include "tests/support/support.h"
#include "tests/support/trees.h"

namespace counterpoint::test {
namespace {

CommandResult run(std::vector<std::string> arguments) {
  return run_command(std::move(arguments), {commands::declare_mine, commands::declare_show});
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

class MineShow : public testing::Test {
 protected:
  void SetUp() override { write(""); }
  void write(const std::string& tail) {
    const persuasion::Tree other = tree_of("q2", "Which city, then?", {"-1 A Lyon", "0 B Lyon"});
    write_file_atomic(trees_, data::to_line(to_json(figure_2())) + "\n" + data::to_line(to_json(other)) + "\n" + tail);
  }

  ScratchDir dir_;
  std::string trees_ = (dir_ / "trees.jsonl").string(), pairs_ = (dir_ / "pairs").string();
};

TEST_F(MineShow, MineWritesRowsAndPrintsTables) {
  const CommandResult result = run({"mine", trees_, "--output-dir", pairs_, "--no-balance"});
  ASSERT_EQ(result.exit_code, 0) << result.error;
  EXPECT_TRUE(contains(result.out, "pairs written")) << result.out;
  EXPECT_TRUE(contains(result.out, pairs_)) << result.out;
  EXPECT_TRUE(contains(result.error, ".jsonl has no rows")) << result.error;  // one question is in one split
  std::string rows;
  for (const char* name : {"train.jsonl", "valid.jsonl", "test.jsonl"}) rows += read_file(dir_ / "pairs" / name);
  EXPECT_EQ(std::count(rows.begin(), rows.end(), '\n'), 3);
  EXPECT_EQ(data::read_json(dir_ / "pairs" / "summary.json")["trees"]["all"], 2);
}

TEST_F(MineShow, MineNamesDamagedAndUnfinishedLines) {
  write("{\"id\": 3}\n{\"id\": \"q4");
  const CommandResult refused = run({"mine", trees_, "--output-dir", pairs_});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_TRUE(contains(refused.error, trees_ + ":3: 'question' is missing (--skip-bad")) << refused.error;
  const CommandResult skipped = run({"mine", trees_, "--output-dir", pairs_, "--skip-bad"});
  EXPECT_EQ(skipped.exit_code, 0) << skipped.error;
  EXPECT_TRUE(contains(skipped.error, "skipped: " + trees_ + ":3")) << skipped.error;
  EXPECT_TRUE(contains(skipped.error, "left out: " + trees_ + ":4")) << skipped.error;
}

TEST_F(MineShow, MineRefusesUnknownRulesAndMissingOptions) {
  EXPECT_EQ(run({"mine", trees_, "--output-dir", pairs_, "--pair-rule", "scores"}).exit_code, 2);
  EXPECT_EQ(run({"mine", trees_}).exit_code, 2);
  EXPECT_EQ(run({"mine", "--output-dir", pairs_}).exit_code, 2);
}

TEST_F(MineShow, ShowDrawsTheTreeOfAnId) {
  const CommandResult result = run({"show", trees_, "--id", "q1"});
  ASSERT_EQ(result.exit_code, 0) << result.error;
  EXPECT_TRUE(contains(result.out, "What is the capital of France?")) << result.out;
  EXPECT_TRUE(contains(result.out, "resist:chosen")) << result.out;
  EXPECT_FALSE(contains(result.out, "Which city, then?")) << result.out;
  EXPECT_FALSE(contains(result.out, "\033")) << "colour without a terminal";
}

TEST_F(MineShow, ShowWithoutAnIdListsTrees) {
  const CommandResult all = run({"show", trees_});
  EXPECT_TRUE(contains(all.out, "2 of 2 trees")) << all.out;
  const CommandResult one = run({"show", trees_, "--first", "1"});
  EXPECT_TRUE(contains(one.out, "1 of 2 trees")) << one.out;
  EXPECT_TRUE(contains(one.out, "What is the capital of France?")) << one.out;
  EXPECT_FALSE(contains(one.out, "Which city, then?")) << one.out;
}

TEST_F(MineShow, ShowNamesTheNearestId) {
  const CommandResult result = run({"show", trees_, "--id", "Q1"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_TRUE(contains(result.error, "no tree of question 'Q1' (did you mean 'q1'?)")) << result.error;
}

}  // namespace
}  // namespace counterpoint::test
