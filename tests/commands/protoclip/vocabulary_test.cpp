#include <gtest/gtest.h>

#include "counterpoint/commands/protoclip/commands.h"
#include "counterpoint/core/files.h"
#include "counterpoint/text/clip_tokenizer.h"
#include "tests/commands/run_command.h"
#include "tests/support/support.h"

namespace counterpoint::commands::protoclip {
namespace {

TEST(Vocabulary, IsLearnedFromCaptionsAndOpens) {
  const test::ScratchDir scratch;
  write_file_atomic(scratch / "captions.txt", "a dog runs\na dog sleeps\nthe dog runs\n");
  const auto output = (scratch / "small.txt.gz").string();
  const test::CommandResult result = test::run_command(
      {"vocabulary", "--captions", (scratch / "captions.txt").string(), "--output", output, "--size", "516"},
      {declare_vocabulary});
  ASSERT_EQ(result.exit_code, 0) << result.error;
  test::expect_contains(result.out, "516 tokens, learned from 9 words, 5 of them different");
  EXPECT_EQ(text::open_clip_tokenizer(output).ids("dog").size(), 1U);
}

TEST(Vocabulary, TellsTheLeastSize) {
  const test::ScratchDir scratch;
  write_file_atomic(scratch / "captions.txt", "a dog\n");
  const test::CommandResult result = test::run_command({"vocabulary", "--captions", (scratch / "captions.txt").string(),
                                                        "--output", (scratch / "out").string(), "--size", "100"},
                                                       {declare_vocabulary});
  EXPECT_EQ(result.exit_code, 1);
  test::expect_contains(result.error, "514 or more were expected");
}

}  // namespace
}  // namespace counterpoint::commands::protoclip
