#include <gtest/gtest.h>

#include "counterpoint/commands/protoclip/commands.h"
#include "counterpoint/core/files.h"
#include "counterpoint/text/bpe_trainer.h"
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

/// The same captions as a text file and as pairs.
TEST(Vocabulary, IsTheSameFromPairs) {
  const test::ScratchDir scratch;
  write_file_atomic(scratch / "captions.txt", "a dog runs\na dog sleeps\nthe dog runs\n");
  write_file_atomic(scratch / "pairs.tsv",
                    "filepath\ttitle\n1.png\ta dog runs\n2.png\ta dog sleeps\n3.png\tthe dog runs\n");
  const auto learn = [&](const char* option, const char* from, const char* to) {
    const test::CommandResult result = test::run_command(
        {"vocabulary", option, (scratch / from).string(), "--output", (scratch / to).string(), "--size", "516"},
        {declare_vocabulary});
    EXPECT_EQ(result.exit_code, 0) << result.error;
    return read_file(scratch / to);
  };
  EXPECT_EQ(learn("--captions", "captions.txt", "a.txt"), learn("--train-data", "pairs.tsv", "b.txt"));
}

TEST(Vocabulary, WritesOverVocabulariesOnly) {
  const test::ScratchDir scratch;
  write_file_atomic(scratch / "captions.txt", "a dog runs\n");
  write_file_atomic(scratch / "mine.txt", "mine");
  const auto learn = [&](const char* to) {
    return test::run_command(
        {"vocabulary", "--captions", (scratch / "captions.txt").string(), "--output", (scratch / to).string()},
        {declare_vocabulary});
  };
  EXPECT_EQ(learn("out.txt.gz").exit_code, 0);
  EXPECT_EQ(learn("out.txt.gz").exit_code, 0);
  test::expect_contains(learn("mine.txt").error, "is there already, and no vocabulary");
  EXPECT_EQ(read_file(scratch / "mine.txt"), "mine");
  test::expect_contains(learn("captions.txt").error, "is the file of --captions");
  EXPECT_EQ(read_file(scratch / "captions.txt"), "a dog runs\n");
}

TEST(Vocabulary, LeavesClipsOwnAsItIs) {
  const test::ScratchDir scratch;
  write_file_atomic(scratch / "captions.txt", "a dog runs\n");
  text::Merges merges;
  for (int i = 0; i < 49408 - text::clip_base_tokens; ++i) merges.emplace_back("a", std::to_string(i));
  const std::filesystem::path clips = scratch / "bpe_simple_vocab_16e6.txt.gz";
  text::write_merges_file(clips, merges);
  const std::string before = read_file(clips);
  const test::CommandResult result =
      test::run_command({"vocabulary", "--captions", (scratch / "captions.txt").string(), "--output", clips.string()},
                        {declare_vocabulary});
  EXPECT_EQ(result.exit_code, 1);
  test::expect_contains(result.error, "no vocabulary smaller than CLIP's own");
  EXPECT_EQ(read_file(clips), before);
}

TEST(Vocabulary, AsksForCaptions) {
  const test::ScratchDir scratch;
  const test::CommandResult result =
      test::run_command({"vocabulary", "--output", (scratch / "out").string()}, {declare_vocabulary});
  EXPECT_EQ(result.exit_code, 1);
  test::expect_contains(result.error, "--train-data");
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
