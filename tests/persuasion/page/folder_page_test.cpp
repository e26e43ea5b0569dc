// Pages of folders as pbt leaves them.
#include "counterpoint/persuasion/page/folder_page.h"

#include <cmath>

#include "counterpoint/core/files.h"
#include "counterpoint/persuasion/mining.h"
#include "tests/support/support.h"
#include "tests/support/trees.h"

namespace counterpoint::persuasion {
namespace {

namespace fs = std::filesystem;
using test::error_of;
using test::expect_contains;
using test::figure_2;
using test::tree_of;

class FolderPage : public testing::Test {
 protected:
  /// Three trees: the one with the pairs is not the first.
  void write_trees(const std::string& folder) {
    make_dirs(dir_ / folder);
    std::string lines;
    for (const Tree& tree : {tree_of("q0", "Which city?", {"-1 A Lyon", "0 B Lyon"}), figure_2(),
                             tree_of("q2", "Which other city?", {"-1 A Paris+", "0 B Lyon", "1 A Lyon"})})
      lines += data::to_line(to_json(tree)) + "\n";
    write_file_atomic(dir_ / folder / "trees.jsonl", lines);
    write_file_atomic(dir_ / folder / "config.json", R"({"command": "pbt generate", "settings": {"seed": 12}})");
  }
  void mine(const std::string& from, const std::string& to) {
    MiningSettings settings{
        .inputs = {dir_ / from / "trees.jsonl"}, .output_dir = dir_ / to, .selection = {.balance = false}};
    ProgressSink silent;
    run_mining(settings, silent);
  }
  StudyPage page(const std::string& folder = "", size_t trees = 30) {
    return page_of_folder({.folder = folder.empty() ? dir_.path() : dir_ / folder, .trees = trees});
  }

  test::ScratchDir dir_;
};

TEST_F(FolderPage, TreesWithTheMostPairsComeFirst) {
  write_trees("trees");
  const StudyPage all = page("trees");
  ASSERT_EQ(all.trees.size(), 3u);
  EXPECT_EQ(all.trees[0].tree.question.id, "q1");
  EXPECT_EQ(all.trees[1].tree.question.id, "q2");  // more replies than q0
  EXPECT_EQ(all.trees[0].pairs.size(), 3u);
  EXPECT_EQ(all.title, "trees");
  ASSERT_EQ(all.settings.size(), 2u);
  EXPECT_EQ(all.settings[1], (std::pair<std::string, std::string>{"settings.seed", "12"}));
  const StudyPage one = page("trees", 1);
  EXPECT_EQ(one.trees.size(), 1u);
  EXPECT_EQ(one.all_trees->trees, 3);
  expect_contains(study_page(one), "Shown: 1 of 3 trees");
}

TEST_F(FolderPage, MinedPairsAreCountedAndShown) {
  write_trees("trees");
  mine("trees", "pairs");
  const StudyPage found = page("pairs");
  std::int64_t kept = 0;
  for (const PairTally& tally : found.pairs) kept += tally.kept;
  EXPECT_EQ(kept, 3);
  ASSERT_EQ(found.pair_sample.size(), 3u);
  EXPECT_EQ(found.pair_sample[0].question_id, "q1");
  expect_contains(study_page(found), "I say Paris (3).");
}

TEST_F(FolderPage, AFolderOfFoldersIsOnePage) {
  write_trees("trees");
  mine("trees", "pairs");
  make_dirs(dir_ / "run");
  write_file_atomic(dir_ / "run" / "metrics.jsonl", "{\"step\": 5, \"loss\": 0.7}\n{\"step\": 10, \"loss\": 0.6}\n");
  const StudyPage found = page();
  EXPECT_EQ(found.trees.size(), 3u);
  EXPECT_TRUE(found.pair_sample.empty()) << "the trees show them";
  EXPECT_EQ(found.pairs.size(), 2u);
  ASSERT_EQ(found.curves.size(), 1u);
  EXPECT_EQ(found.curves[0].arm, "run");
  EXPECT_EQ(found.subtitle, "3 dialogue trees, 3 preference pairs, 10 training steps");
}

TEST_F(FolderPage, MetricsBecomeCurves) {
  write_file_atomic(dir_ / "metrics.jsonl",
                    "{\"step\": 1, \"loss\": 0.7, \"epoch\": 0.1}\n"
                    "{\"step\": 2, \"loss\": null, \"rewards/margins\": 0.1, \"note\": \"words\"}\n"
                    "{\"step\": 2, \"eval_loss\": 0.65}\n{\"step\": 3, \"loss\": 0.5}\n");
  const StudyPage found = page();
  ASSERT_EQ(found.curves.size(), 3u);
  EXPECT_EQ(found.curves[0].metric, "loss");
  ASSERT_EQ(found.curves[0].points.size(), 3u);
  EXPECT_TRUE(std::isnan(found.curves[0].points[1].second));
  EXPECT_EQ(found.curves[2].metric, "eval_loss");
  const std::string html = study_page(found);
  expect_contains(html, ">validation</text>");  // in the chart of the training loss
  EXPECT_EQ(html.find("eval_loss"), std::string::npos);
}

TEST_F(FolderPage, ErrorsSayWhatWasLookedFor) {
  make_dirs(dir_ / "empty");
  const std::string nothing = error_of([&] { page("empty"); });
  for (const char* name : {"empty is not the folder of a run of pbt", "trees.jsonl", "summary.json", "metrics.jsonl"})
    expect_contains(nothing, name);
  expect_contains(error_of([&] { page("missing"); }), "missing is no folder");
  write_file_atomic(dir_ / "empty" / "metrics.jsonl", "{\"loss\": 0.7}\n");
  expect_contains(error_of([&] { page("empty"); }), "metrics.jsonl:1: 'step' is missing");
  write_trees("a");
  write_trees("b");
  expect_contains(error_of([&] { page(); }), "holds several trees.jsonl");
}

}  // namespace
}  // namespace counterpoint::persuasion
