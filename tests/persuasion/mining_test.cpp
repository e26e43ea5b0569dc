#include "counterpoint/persuasion/mining.h"

#include <set>

#include "counterpoint/core/files.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/persuasion/mining_report.h"
#include "tests/support/support.h"
#include "tests/support/trees.h"

namespace counterpoint::persuasion {
namespace {

namespace fs = std::filesystem;
using data::Json;
using test::error_of;
using test::ScratchDir;
using test::tree_of;

/// Sixty questions: A right and resisting, A wrong and accepting, agreeing at once, and without an answer.
std::string many_trees() {
  std::string lines;
  for (int i = 0; i < 60; ++i) {
    const std::string id = fmt::format("q{}", i), question = fmt::format("Which city is number {}?", i);
    std::vector<std::string> nodes{"-1 A Paris+", "0 B Lyon", "1 A Lyon", "1 A Paris+", "3 B Paris+", "3 B Lyon"};
    if (i % 4 == 1) nodes = {"-1 A Lyon", "0 B Paris+", "1 A Paris+", "1 A Lyon", "3 B Paris+", "3 B Paris+"};
    if (i % 4 == 2) nodes = {"-1 A Paris+", "0 B Paris+"};
    if (i % 4 == 3) nodes = {"-1 A Paris+", "0 B Lyon", "1 A ?", "1 A Paris+"};
    lines += data::to_line(to_json(tree_of(id, question, nodes))) + "\n";
  }
  return lines;
}

struct Folder {
  ScratchDir dir;
  MiningSettings settings;
  Folder() {
    write_file_atomic(dir / "trees.jsonl", many_trees());
    settings = {.inputs = {dir / "trees.jsonl"}, .output_dir = dir / "pairs", .selection = {}};
  }
  MiningResult mine() const {
    ProgressSink silent;
    return run_mining(settings, silent);
  }
  fs::path file(const std::string& name) const { return dir / "pairs" / name; }
};

TEST(Mining, CountsAddUp) {
  const Folder folder;
  const MiningCounts counts = folder.mine().mined.counts;
  EXPECT_EQ(counts.trees, 60);
  EXPECT_EQ(counts.nodes, 15 * (6 + 6 + 2 + 4));
  EXPECT_EQ(counts.unread, 15);
  EXPECT_EQ(counts.agreed_at_once, 15);
  EXPECT_EQ(counts.agreed_trees, 15);
  EXPECT_EQ(counts.agreements, 15 * (2 + 1 + 1));
  EXPECT_EQ(counts.siblings, 15 * (2 + 2 + 1));
  const Json summary = data::read_json(folder.file("summary.json"));
  EXPECT_EQ(summary["trees"]["all"], 60);
  EXPECT_EQ(summary["siblings"]["pairs"], 15 * 3);
  EXPECT_EQ(summary["siblings"]["dropped"]["no_answer"], 15);
  EXPECT_EQ(summary["siblings"]["dropped"]["both_right"], 15);
  EXPECT_EQ(summary["rules"]["labels"]["accept"]["before_balancing"], 30);
  EXPECT_EQ(summary["rules"]["labels"]["resist"]["before_balancing"], 15);
  EXPECT_EQ(summary["rules"]["score"]["lower_score"], 15);
  EXPECT_EQ(summary["rules"]["score"]["accept"]["before_balancing"], 15);
}

TEST(Mining, FilesHoldBalancedRowsAndNoQuestionTwice) {
  const Folder folder;
  folder.mine();
  const Json summary = data::read_json(folder.file("summary.json"));
  std::map<std::string, std::set<std::string>> splits_of_question;
  std::int64_t all = 0;
  for (const std::string name : {"train.jsonl", "valid.jsonl", "test.jsonl"}) {
    std::int64_t rows = 0, resist = 0;
    data::read_jsonl(folder.file(name), [&](const Json& row, const data::RowPlace&) {
      ++rows;
      resist += row["kind"] == "resist";
      splits_of_question[row["question_id"]].insert(name);
    });
    EXPECT_EQ(resist * 2, rows);
    EXPECT_EQ(summary["rows"][name], rows);
    all += rows;
  }
  EXPECT_GT(all, 10);
  for (const auto& [id, names] : splits_of_question) EXPECT_EQ(names.size(), 1u) << id;
}

TEST(Mining, SameTreesInAnotherOrderGiveTheSameFiles) {
  const Folder a, b;
  std::string lines, whole = read_file(b.dir / "trees.jsonl");
  for (size_t end; (end = whole.find('\n')) != std::string::npos; whole.erase(0, end + 1))
    lines.insert(0, whole.substr(0, end + 1));
  write_file_atomic(b.dir / "trees.jsonl", lines);
  a.mine();
  b.mine();
  for (const char* name : {"train.jsonl", "valid.jsonl", "test.jsonl", "summary.json"})
    EXPECT_EQ(read_file(a.file(name)), read_file(b.file(name))) << name;
}

TEST(Mining, AgainIntoTheSameFolder) {
  const Folder folder;
  folder.mine();
  const std::string train = read_file(folder.file("train.jsonl"));
  folder.mine();
  EXPECT_EQ(read_file(folder.file("train.jsonl")), train);
}

TEST(Mining, AnotherRunsFolderIsRefused) {
  Folder folder;
  folder.mine();
  folder.settings.selection.rule = PairRule::score;
  const std::string message = error_of([&] { folder.mine(); });
  EXPECT_NE(message.find("holds pairs of another run: pair_rule: \"labels\" there, \"score\" now"), std::string::npos)
      << message;
}

TEST(Mining, AFileWhereTheFolderBelongs) {
  const Folder folder;
  write_file_atomic(folder.dir / "pairs", "");
  EXPECT_EQ(error_of([&] { folder.mine(); }), (folder.dir / "pairs").string() + " is a file, a folder was expected");
}

TEST(Mining, FoldersWithOtherThingsAreRefused) {
  const Folder folder;
  make_dirs(folder.dir / "pairs");
  write_file_atomic(folder.file("train.jsonl"), "mine, not yours\n");
  EXPECT_NE(error_of([&] { folder.mine(); }).find("holds other files"), std::string::npos);
  write_file_atomic(folder.file("config.json"), R"({"command": "pbt generate", "settings": {}})");
  EXPECT_NE(error_of([&] { folder.mine(); }).find("is not that of 'pbt mine'"), std::string::npos);
  EXPECT_EQ(read_file(folder.file("train.jsonl")), "mine, not yours\n");
}

TEST(Mining, NoTreesAndTheSameFileTwice) {
  Folder folder;
  folder.settings.inputs.push_back(folder.dir.path() / "." / "trees.jsonl");
  EXPECT_NE(error_of([&] { folder.mine(); }).find("is named twice"), std::string::npos);
  write_file_atomic(folder.dir / "trees.jsonl", "\n");
  folder.settings.inputs.pop_back();
  EXPECT_EQ(error_of([&] { folder.mine(); }), "no tree in " + (folder.dir / "trees.jsonl").string());
  EXPECT_FALSE(fs::exists(folder.dir / "pairs"));
}

TEST(Mining, KilledAndDamagedFilesAreCounted) {
  Folder folder;
  write_file_atomic(folder.dir / "trees.jsonl", "{}\n" + many_trees() + "{\"id\": \"q9");
  folder.settings.skip_bad = true;
  folder.mine();
  const Json summary = data::read_json(folder.file("summary.json"));
  EXPECT_EQ(summary["trees"]["all"], 60);
  EXPECT_EQ(summary["trees"]["damaged_lines"].size(), 1u);
  EXPECT_EQ(summary["trees"]["unfinished_lines"][0], (folder.dir / "trees.jsonl").string() + ":62");
}

TEST(Mining, TablesFitEightyColumnsAndSayWhatTheSummarySays) {
  const Folder folder;
  const MiningResult result = folder.mine();
  const std::string text = mining_tables(folder.settings, result, {.width = 80, .utf8 = false});
  for (const std::string& line : split(text, '\n')) EXPECT_LE(line.size(), 80u) << line;
  EXPECT_NE(text.find("dropped: no answer could be read  15"), std::string::npos) << text;
  EXPECT_NE(text.find("15/30"), std::string::npos) << text;  // accept pairs kept, of those mined
}

}  // namespace
}  // namespace counterpoint::persuasion
