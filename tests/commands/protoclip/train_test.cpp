#include <gtest/gtest.h>

#include "counterpoint/commands/protoclip/commands.h"
#include "counterpoint/core/files.h"
#include "counterpoint/data/jsonl.h"
#include "tests/commands/run_command.h"
#include "tests/support/support.h"
#include "tests/support/tiny_clip.h"

namespace counterpoint::commands::protoclip {
namespace {

class Train : public testing::Test {
 protected:
  Train() { write_file_atomic(dir_ / "vit.json", test::tiny_clip); }

  test::CommandResult run(const std::string& output, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> line{"train",
                                  "--dataset-type=synthetic",
                                  "--train-data=24",
                                  "--synthetic-size=24",
                                  "--vocabulary-size=540",
                                  "--epochs=2",
                                  "--batch-size=6",
                                  "--k=4",
                                  "--projection-dim=4",
                                  "--projection-hidden-dim=8",
                                  "--external-teacher=tfidf",
                                  "--model=" + (dir_ / "vit.json").string(),
                                  "--output-dir=" + (dir_ / output).string()};
    line.insert(line.end(), more.begin(), more.end());
    return test::run_command(line, {declare_train});
  }

  test::ScratchDir dir_;
};

TEST_F(Train, LeavesAModelItsMetricsAndAPage) {
  const test::CommandResult result = run("run");
  ASSERT_EQ(result.exit_code, 0) << result.error;
  test::expect_contains(result.out, "8 steps in");
  for (const char* file : {"model/open_clip_model.safetensors", "metrics.jsonl", "report.html", "prototypes.json"})
    EXPECT_TRUE(std::filesystem::exists(dir_ / "run" / file)) << file;
}

TEST_F(Train, FinishedItIsNotTrainedAgain) {
  ASSERT_EQ(run("run").exit_code, 0);
  const auto model = dir_ / "run" / "model" / "open_clip_model.safetensors";
  const std::string bytes = read_file(model), metrics = read_file(dir_ / "run" / "metrics.jsonl");
  const test::CommandResult again = run("run");
  ASSERT_EQ(again.exit_code, 0) << again.error;
  EXPECT_EQ(read_file(model), bytes);
  EXPECT_EQ(read_file(dir_ / "run" / "metrics.jsonl"), metrics);  // with its times: nothing was trained
}

TEST_F(Train, OtherSettingsInTheSameFolderAreRefused) {
  ASSERT_EQ(run("run").exit_code, 0);
  const test::CommandResult other = run("run", {"--lr=0.1"});
  EXPECT_EQ(other.exit_code, 1);
  test::expect_contains(other.error, "another lr");
}

TEST_F(Train, WhatCannotWorkIsToldBeforeAnythingIsWritten) {
  for (const auto& [option, told] :
       {std::pair{"--episode-features=reusee", "did you mean 'reuse'"},
        std::pair{"--device=cudda", "did you mean 'cuda'"}, std::pair{"--episode-size=25", "only 24 samples"}}) {
    const test::CommandResult result = run("none", {option});
    EXPECT_EQ(result.exit_code, 1) << option;
    test::expect_contains(result.error, told);
    EXPECT_FALSE(std::filesystem::exists(dir_ / "none")) << option;
  }
}

TEST_F(Train, APretrainedModelBringsItsVocabulary) {
  ASSERT_EQ(run("first").exit_code, 0);
  const auto vocabulary = [&](const char* name) { return read_file(dir_ / name / "model" / "vocabulary.txt"); };
  std::vector<std::string> line{"train",
                                "--dataset-type=synthetic",
                                "--synthetic-size=30",
                                "--epochs=2",
                                "--batch-size=6",
                                "--w-proto=0",
                                "--output-dir=" + (dir_ / "second").string(),
                                "--pretrained=" + (dir_ / "first").string()};
  const test::CommandResult second = test::run_command(line, {declare_train});
  ASSERT_EQ(second.exit_code, 0) << second.error;
  EXPECT_EQ(vocabulary("second"), vocabulary("first"));
}

TEST_F(Train, ItsPageTellsMeanRecallInPerCent) {
  ASSERT_EQ(run("run", {"--val-data=12"}).exit_code, 0);
  double recall = 0;
  for (const data::Json& figure : data::read_json(dir_ / "run" / "figures.json"))
    if (figure.at("metric") == "mean_recall") recall = figure.at("value").get<double>();
  ASSERT_GT(recall, 0.05);
  test::expect_contains(read_file(dir_ / "run" / "report.html"), fmt::format("{:.1f}", 100 * recall));
}

}  // namespace
}  // namespace counterpoint::commands::protoclip
