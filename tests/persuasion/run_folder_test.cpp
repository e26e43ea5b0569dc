#include "counterpoint/persuasion/run_folder.h"

#include <sys/resource.h>

#include <csignal>
#include <fstream>

#include "counterpoint/persuasion/tree_file.h"
#include "tests/support/support.h"
#include "tests/support/trees.h"

namespace counterpoint::persuasion {
namespace {

using data::Json;
using test::error_of;

Json settings_of(int seed) { return {{"seed", seed}, {"agents", {{"A", "m"}, {"B", "n"}}}}; }

Tree tree_of(const std::string& id) { return test::tree_of(id, "Q " + id + "?", {"-1 A Paris+", "0 B Paris+"}); }

std::vector<Question> questions(const std::vector<std::string>& ids) {
  std::vector<Question> out;
  for (const std::string& id : ids) out.push_back(tree_of(id).question);
  return out;
}

TEST(RunFolder, GoesOnFromWhatIsThere) {
  const test::ScratchDir scratch;
  const auto dir = scratch / "run";
  {
    RunFolder folder(dir, settings_of(12), {{"limit", 2}});
    EXPECT_EQ(folder.missing(questions({"a", "b"})).size(), 2u);
    folder.append(tree_of("a"));
    folder.append(tree_of("b"));
  }
  // Killed while it wrote the third tree.
  const std::string third = data::to_line(to_json(tree_of("c")));
  std::ofstream(dir / "trees.jsonl", std::ios::app) << third.substr(0, third.size() / 2);
  RunFolder folder(dir, settings_of(12), {{"limit", 4}});
  EXPECT_EQ(folder.trees(), 2);
  const auto missing = folder.missing(questions({"a", "b", "c", "d"}));
  ASSERT_EQ(missing.size(), 2u);
  EXPECT_EQ(missing[0].id, "c");
  for (const Question& question : missing) folder.append(tree_of(question.id));
  std::vector<std::string> ids;
  read_trees(folder.trees_file(), [&](const Tree& tree, const data::RowPlace&) { ids.push_back(tree.question.id); });
  EXPECT_EQ(ids, (std::vector<std::string>{"a", "b", "c", "d"}));
  EXPECT_EQ(data::read_json(folder.config_file())["run"]["limit"], 4);
}

TEST(RunFolder, RefusesOtherSettingsByName) {
  const test::ScratchDir scratch;
  { RunFolder folder(scratch / "run", settings_of(11), {}); }
  RunFolder(scratch / "run", settings_of(12), {}).append(tree_of("a"));  // where nothing was grown, others may begin
  const std::string seed = error_of([&] { RunFolder(scratch / "run", settings_of(13), {}); });
  EXPECT_NE(seed.find("seed: 12 there, 13 now"), std::string::npos) << seed;
  Json other = settings_of(12);
  other["agents"]["B"] = "o";
  other["openings"] = true;
  const std::string model = error_of([&] { RunFolder(scratch / "run", other, {}); });
  EXPECT_NE(model.find("agents.B: \"n\" there, \"o\" now; openings: not set there, true now"), std::string::npos)
      << model;
  RunFolder again(scratch / "run", settings_of(12), {});  // and the refusals changed nothing
}

TEST(RunFolder, RefusesAFolderOfSomethingElse) {
  const test::ScratchDir scratch;
  std::ofstream(scratch / "notes.txt") << "mine";
  EXPECT_NE(error_of([&] { RunFolder(scratch.path(), settings_of(12), {}); }).find("holds other files"),
            std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(scratch / "config.json"));
  std::ofstream(scratch / "config.json") << R"({"command": "protoclip train"})";
  EXPECT_NE(error_of([&] { RunFolder(scratch.path(), settings_of(12), {}); }).find("not that of 'pbt generate'"),
            std::string::npos);
  const std::string file = error_of([&] { RunFolder(scratch / "notes.txt", settings_of(12), {}); });
  EXPECT_NE(file.find("notes.txt"), std::string::npos) << file;
}

TEST(RunFolder, WhatARunThatWasKilledAtOnceLeftIsNoOtherFile) {
  const test::ScratchDir scratch;
  std::ofstream(scratch / "trees.jsonl") << "";
  std::ofstream(scratch / "config.json.partial") << "{";
  RunFolder(scratch.path(), settings_of(12), {});
}

TEST(RunFolder, ARunThatIsAtWorkKeepsItsConfig) {
  const test::ScratchDir scratch;
  const RunFolder running(scratch / "run", settings_of(12), {});
  const std::string config = read_file(running.config_file());
  test::expect_contains(error_of([&] { RunFolder(scratch / "run", settings_of(13), {}); }), "another process");
  EXPECT_EQ(read_file(running.config_file()), config);
}

TEST(RunFolder, RefusesOtherQuestionsUnderTheSameIds) {
  const test::ScratchDir scratch;
  RunFolder folder(scratch / "run", settings_of(12), {});
  folder.append(tree_of("a"));
  auto changed = questions({"a"});
  changed[0].question = "Another question?";
  EXPECT_NE(error_of([&] { folder.missing(changed); }).find("question 'a' with another text"), std::string::npos);
}

/// Lets files grow to `bytes` only, as a full disk does.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) {
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit now{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &now);
  }
  ~FullDisk() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int);
};

TEST(RunFolder, WithoutSpaceTheTreesBeforeAreSafe) {
  const test::ScratchDir scratch;
  RunFolder folder(scratch / "run", settings_of(12), {});
  folder.append(tree_of("a"));
  const auto size = std::filesystem::file_size(folder.trees_file());
  {
    const FullDisk full(size + 10);
    const std::string error = error_of([&] { folder.append(tree_of("b")); });
    EXPECT_NE(error.find("The 1 trees written before are safe"), std::string::npos) << error;
  }
  EXPECT_EQ(std::filesystem::file_size(folder.trees_file()), size);
  folder.append(tree_of("b"));
  EXPECT_EQ(folder.trees(), 2);
}

}  // namespace
}  // namespace counterpoint::persuasion
