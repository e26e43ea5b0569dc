#include "counterpoint/core/progress.h"

#include <regex>
#include <sstream>

#include "tests/support/support.h"

namespace counterpoint {
namespace {

/// What `work` writes to standard error, which is no terminal here, line by line.
template <class Work>
std::vector<std::string> lines_of(double line_seconds, Work&& work) {
  testing::internal::CaptureStderr();
  {
    const auto progress = console_progress("trees", "trees", line_seconds);
    work(*progress);
  }
  std::istringstream written(testing::internal::GetCapturedStderr());
  std::vector<std::string> lines;
  for (std::string line; std::getline(written, line);) lines.push_back(line);
  return lines;
}

void expect_match(const std::string& line, const char* pattern) {
  EXPECT_TRUE(std::regex_match(line, std::regex(pattern))) << line;
}

TEST(Progress, TheDefaultSinkIsSilent) {
  testing::internal::CaptureStderr();
  ProgressSink sink;
  sink.update(1, 2, "detail");
  sink.finish();
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(Progress, PlainLinesWhereThereIsNoTerminal) {
  const auto lines = lines_of(0, [](ProgressSink& progress) {
    progress.update(0, 4, "");
    progress.update(1, 4, "412 tok/s");
    progress.update(4, 4, "");
  });
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0], "trees 0/4 trees");
  expect_match(lines[1], "trees 1/4 trees, [0-9.]+(/s| s each), 412 tok/s, [0-9.]+ s left");
  expect_match(lines[2], "trees 4/4 trees, [0-9.]+(/s| s each), took [0-9.]+ s");
  for (const std::string& line : lines) EXPECT_EQ(line.find_first_of("\r\033"), std::string::npos);
}

TEST(Progress, LinesAreRareAndTheLastOneIsShown) {
  const auto lines = lines_of(3600, [](ProgressSink& progress) {
    for (int done = 0; done <= 50; ++done) progress.update(done, 100, "");
    progress.finish();
  });
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0], "trees 0/100 trees");
  EXPECT_TRUE(lines[1].starts_with("trees 50/100 trees, ")) << lines[1];
}

TEST(Progress, WorkOfAnEarlierRunIsNoMeasureOfThisOnesRate) {
  const auto lines = lines_of(0, [](ProgressSink& progress) { progress.update(90, 100, ""); });
  EXPECT_EQ(lines, std::vector<std::string>{"trees 90/100 trees"});
}

TEST(Progress, TotalMayBeUnknown) {
  const auto lines = lines_of(0, [](ProgressSink& progress) { progress.update(0, 0, "warming up"); });
  EXPECT_EQ(lines, std::vector<std::string>{"trees 0 trees, warming up"});
}

TEST(Progress, FinishWithoutWorkSaysNothing) {
  EXPECT_TRUE(lines_of(0, [](ProgressSink& progress) { progress.finish(); }).empty());
}

}  // namespace
}  // namespace counterpoint
