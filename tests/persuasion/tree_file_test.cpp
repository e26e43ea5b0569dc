#include "counterpoint/persuasion/tree_file.h"

#include "counterpoint/core/files.h"
#include "tests/support/support.h"
#include "tests/support/trees.h"

namespace counterpoint::persuasion {
namespace {

using test::error_of;

std::string line_of(const std::string& id) {
  return data::to_line(to_json(test::tree_of(id, "Which city?", {"-1 A Paris+", "0 B Lyon"}))) + "\n";
}

struct Read {
  TreeFileReport report;
  std::vector<std::string> ids;
};

Read read(const std::filesystem::path& path, const TreeFileSettings& settings = {}) {
  Read out;
  out.report = read_trees(
      path, [&](Tree&& tree, const data::RowPlace&) { out.ids.push_back(tree.question.id); }, settings);
  return out;
}

TEST(TreeFile, InOrderWhateverTheThreads) {
  const test::ScratchDir dir;
  std::string text;
  std::vector<std::string> ids;
  for (int i = 0; i < 500; ++i) {
    ids.push_back("q" + std::to_string(i));
    text += line_of(ids.back());
  }
  write_file_atomic(dir / "trees.jsonl", text);
  for (const int threads : {1, 2, 7}) EXPECT_EQ(read(dir / "trees.jsonl", {.threads = threads}).ids, ids);
}

TEST(TreeFile, SurvivesAnUnfinishedLastLineWhereverItWasCut) {
  const test::ScratchDir dir;
  const std::string whole = line_of("q1") + line_of("q2"), third = line_of("q3");
  for (size_t length = 1; length < third.size() - 1; length += 97) {
    write_file_atomic(dir / "trees.jsonl", whole + third.substr(0, length));
    const Read got = read(dir / "trees.jsonl");
    EXPECT_EQ(got.ids, (std::vector<std::string>{"q1", "q2"}));
    EXPECT_EQ(got.report.unfinished, (dir / "trees.jsonl").string() + ":3");
  }
}

TEST(TreeFile, ALastLineThatOnlyLacksItsNewlineIsATree) {
  const test::ScratchDir dir;
  const std::string line = line_of("q1");
  write_file_atomic(dir / "trees.jsonl", line.substr(0, line.size() - 1));
  const Read got = read(dir / "trees.jsonl");
  EXPECT_EQ(got.ids, (std::vector<std::string>{"q1"}));
  EXPECT_EQ(got.report.unfinished, "");
}

TEST(TreeFile, DamagedLinesAreNamed) {
  const test::ScratchDir dir;
  const std::string path = (dir / "trees.jsonl").string();
  write_file_atomic(path, line_of("q1") + line_of("q2").substr(0, 100) + "\n\n{\"id\": \"q3\"}\n" + line_of("q4"));
  const std::string message = error_of([&] { read(path); });
  EXPECT_TRUE(message.starts_with(path + ":2: not a JSON value: ")) << message;
  const Read got = read(path, {.skip_bad = true});
  EXPECT_EQ(got.ids, (std::vector<std::string>{"q1", "q4"}));
  ASSERT_EQ(got.report.damaged.size(), 2u);
  EXPECT_TRUE(got.report.damaged[0].starts_with(path + ":2: ")) << got.report.damaged[0];
  EXPECT_EQ(got.report.damaged[1], path + ":4: 'question' is missing");
}

TEST(TreeFile, EmptyAndMissingFiles) {
  const test::ScratchDir dir;
  write_file_atomic(dir / "empty.jsonl", "");
  EXPECT_EQ(read(dir / "empty.jsonl").report.trees, 0);
  const std::string message = error_of([&] { read(dir / "none.jsonl"); });
  EXPECT_NE(message.find("none.jsonl"), std::string::npos) << message;
}

}  // namespace
}  // namespace counterpoint::persuasion
