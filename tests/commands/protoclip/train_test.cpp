#include <gtest/gtest.h>

#include "counterpoint/commands/protoclip/commands.h"
#include "counterpoint/commands/version.h"
#include "counterpoint/core/files.h"
#include "counterpoint/data/image/image.h"
#include "counterpoint/data/jsonl.h"
#include "tests/commands/run_command.h"
#include "tests/support/support.h"
#include "tests/support/tiny_clip.h"

namespace counterpoint::commands::protoclip {
namespace {

class Train : public testing::Test {
 protected:
  Train() { write_file_atomic(dir_ / "vit.json", test::tiny_clip); }

  test::CommandResult run(const std::string& output, const std::vector<std::string>& more = {},
                          bool learned = true) const {
    std::vector<std::string> line{"train",
                                  "--dataset-type=synthetic",
                                  "--train-data=24",
                                  "--synthetic-size=24",
                                  "--epochs=2",
                                  "--batch-size=6",
                                  "--k=4",
                                  "--projection-dim=4",
                                  "--projection-hidden-dim=8",
                                  "--external-teacher=tfidf",
                                  "--model=" + (dir_ / "vit.json").string(),
                                  "--output-dir=" + (dir_ / output).string()};
    if (learned) line.push_back("--vocabulary-size=540");
    line.insert(line.end(), more.begin(), more.end());
    return test::run_command(line, {declare_train});
  }

  /// Trains on six dark and six light pictures and measures on as many others, of which some are damaged.
  test::CommandResult run_on_colours(int damaged, const std::vector<std::string>& more = {}) const {
    write_colours(damaged);
    return train_on_colours("test", more);
  }
  void write_colours(int damaged) const {
    for (const char* set : {"train", "test"})
      for (const char* colour : {"dark", "light"})
        for (int i = 0; i < 6; ++i) {
          image::Image picture = image::blank(16, 16, colour);
          const int level = (*colour == 'd' ? 10 : 200) + i;
          std::fill(picture.rgb.begin(), picture.rgb.end(), static_cast<std::uint8_t>(level));
          write_file_atomic(dir_ / set / colour / fmt::format("{}.png", i), image::encode_png(picture));
        }
    for (int i = 0; i < damaged; ++i) write_file_atomic(dir_ / "test" / "dark" / fmt::format("{}.png", i), "damaged");
  }
  test::CommandResult train_on_colours(const std::string& held_out, const std::vector<std::string>& more) const {
    std::vector<std::string> line{"train",
                                  "--train-data=" + (dir_ / "train").string(),
                                  "--val-data=" + (dir_ / held_out).string(),
                                  "--vocabulary-size=540",
                                  "--batch-size=6",
                                  "--w-proto=0",
                                  "--model=" + (dir_ / "vit.json").string(),
                                  "--output-dir=" + (dir_ / "run").string()};
    line.insert(line.end(), more.begin(), more.end());
    return test::run_command(line, {declare_train});
  }

  std::string templates(const std::string& lines) const {
    write_file_atomic(dir_ / "templates.txt", lines);
    return (dir_ / "templates.txt").string();
  }

  test::ScratchDir dir_;
};

TEST_F(Train, LeavesAModelItsMetricsAndAPage) {
  const test::CommandResult result = run("run");
  ASSERT_EQ(result.exit_code, 0) << result.error;
  test::expect_contains(result.out, "8 steps in");
  EXPECT_EQ(data::read_json(dir_ / "run" / "config.json").at("version").get<std::string>(), version_text());
  for (const char* file : {"model/open_clip_model.safetensors", "metrics.jsonl", "report.html", "prototypes.json"})
    EXPECT_TRUE(std::filesystem::exists(dir_ / "run" / file)) << file;
  std::int64_t last = 0;
  data::read_jsonl(dir_ / "run" / "metrics.jsonl",
                   [&](const data::Json& row, const data::RowPlace&) { last = row.at("step").get<std::int64_t>(); });
  EXPECT_EQ(last, 8);
}

TEST_F(Train, AModelIsExportedWithTheVocabularyThatOpenClipTakes) {
  ASSERT_EQ(run("run").exit_code, 0);
  const std::filesystem::path folder = dir_ / "exported";
  const test::CommandResult result = test::run_command(
      {"export", "--model=" + (dir_ / "run").string(), "--output=" + folder.string()}, {declare_export});
  ASSERT_EQ(result.exit_code, 0) << result.error;
  test::expect_contains(result.out, "SimpleTokenizer(bpe_path='" + (folder / "vocabulary.txt.gz").string());
  EXPECT_EQ(read_file(folder / "vocabulary.txt.gz").substr(0, 2), "\x1f\x8b");
  // A folder is a vocabulary as well as its file.
  test::expect_contains(run("again", {"--vocabulary=" + folder.string()}).error, "has a size of its own");
  ASSERT_EQ(run("again", {"--vocabulary=" + folder.string()}, /*learned=*/false).exit_code, 0);
  EXPECT_TRUE(std::filesystem::exists(dir_ / "again" / "model" / "vocabulary.txt.gz"));
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
        std::pair{"--device=cudda", "did you mean 'cuda'"}, std::pair{"--episode-size=25", "only 24 samples"},
        std::pair{"--warmup=1000", "longer than the run of 8 steps"}}) {
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

TEST_F(Train, AModelInAFolderOfItsOwnerIsNotWrittenOver) {
  write_file_atomic(dir_ / "proj" / "model" / "open_clip_model.safetensors", "mine");
  const test::CommandResult result = run("proj");
  EXPECT_EQ(result.exit_code, 1);
  test::expect_contains(result.error, "holds other files and no config.json of 'protoclip train'");
  EXPECT_EQ(read_file(dir_ / "proj" / "model" / "open_clip_model.safetensors"), "mine");
  // No vocabulary either.
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(dir_ / "proj"), {}), 1);
}

TEST_F(Train, KeywordsThatTheHeldOutSetLacksTakeNoFiguresFromTheRest) {
  write_file_atomic(dir_ / "words.txt", "dog\nred\n");
  const test::CommandResult result = run("run", {"--val-data=12", "--keywords=" + (dir_ / "words.txt").string()});
  ASSERT_EQ(result.exit_code, 0) << result.error;
  std::string metrics;
  for (const data::Json& figure : data::read_json(dir_ / "run" / "figures.json"))
    metrics += figure.at("metric").get<std::string>() + " ";
  test::expect_contains(metrics, "zeroshot ");
  EXPECT_EQ(metrics.find("ami "), std::string::npos) << metrics;
}

TEST_F(Train, EachEvaluationHasAFrequencyOfItsOwn) {
  ASSERT_EQ(run_on_colours(0, {"--epochs=4", "--eval-frequency=2", "--retrieval-frequency=1", "--gap-frequency=0",
                               "--linear-frequency=4", "--templates=" + templates("{}\n")})
                .exit_code,
            0);
  const auto steps = [&](const char* metric) {
    std::vector<std::int64_t> found;
    data::read_jsonl(dir_ / "run" / "metrics.jsonl", [&](const data::Json& row, const data::RowPlace&) {
      if (row.contains(metric)) found.push_back(row.at("step").get<std::int64_t>());
    });
    return found;
  };
  using Steps = std::vector<std::int64_t>;  // two an episode
  EXPECT_EQ(steps("mean_recall"), (Steps{0, 2, 4, 6, 8}));
  EXPECT_EQ(steps("zeroshot"), (Steps{0, 4, 8}));
  EXPECT_EQ(steps("knn"), (Steps{0, 4, 8}));
  EXPECT_EQ(steps("probe"), (Steps{0, 8}));
  EXPECT_EQ(steps("gap"), Steps());
}

TEST_F(Train, WhatIsSaidAboutEvaluationsNeedsHeldOutPairs) {
  for (const std::string& option : {std::string("--eval-frequency=1"), std::string("--knn-frequency=1"),
                                    std::string("--keywords=3"), "--templates=" + templates("{}\n")}) {
    const test::CommandResult result = run("none", {option});
    EXPECT_EQ(result.exit_code, 1) << option;
    test::expect_contains(result.error, "--val-data");
    EXPECT_FALSE(std::filesystem::exists(dir_ / "none")) << option;
  }
  test::expect_contains(run_on_colours(0, {"--epochs=1", "--templates=" + templates("a colour\n")}).error,
                        "templates.txt");
}

TEST_F(Train, WhatTheHeldOutPairsCannotServeIsToldBeforeTraining) {
  write_file_atomic(dir_ / "words.txt", "dog\nred\n");
  const test::CommandResult told =
      run("run", {"--val-data=12", "--keywords=" + (dir_ / "words.txt").string(), "--cluster-frequency=1"});
  EXPECT_EQ(told.exit_code, 1);
  test::expect_contains(told.error, "cluster: ");
  EXPECT_FALSE(std::filesystem::exists(dir_ / "run" / "config.json"));
}

TEST_F(Train, TheReleasedCodesNamesAreTaken) {
  ASSERT_EQ(run("run", {"--kmeans-max-iter=7", "--kmeans-nredo=2", "--w-proto-external=0.5", "--infonce-warmup-epoch=0",
                        "--lit-start-epoch=1", "--max-grad-norm=3"})
                .exit_code,
            0);
  const data::Json settings = data::read_json(dir_ / "run" / "config.json").at("settings");
  EXPECT_EQ(settings.at("kmeans_iterations"), 7);
  EXPECT_EQ(settings.at("kmeans_redos"), 2);
  EXPECT_EQ(settings.at("w_ext"), 0.5);
  EXPECT_EQ(settings.at("infonce_warmup"), 0);
  EXPECT_EQ(settings.at("lit_start"), 1);
  EXPECT_EQ(settings.at("grad_clip_norm"), 3);
}

TEST_F(Train, RareOptionsStandInTheLongHelpBehindOurNames) {
  const auto help = [](const char* which) { return test::run_command({"train", which}, {declare_train}).out; };
  for (const char* option : {"--zeroshot-frequency N", "--probe-frequency,--linear-frequency N", "--templates FILE",
                             "--kmeans-redos,--kmeans-nredo N=3"}) {
    test::expect_contains(help("--help-all"), option);
    EXPECT_EQ(help("--help").find(option), std::string::npos) << option;
  }
  test::expect_contains(help("--help"), "--w-ext,--w-proto-external X=0 ");
}

TEST_F(Train, MadeUpPairsAreNotHeldOutUntold) {
  const test::CommandResult result = run("run", {"--val-data=12"});
  ASSERT_EQ(result.exit_code, 0) << result.error;
  test::expect_contains(result.error, "what is measured is what is trained");
}

TEST_F(Train, PicturesThatCouldNotBeMeasuredAreTold) {
  const test::CommandResult result = run_on_colours(1, {"--epochs=1"});
  ASSERT_EQ(result.exit_code, 0) << result.error;
  test::expect_contains(result.error, "left out: ");
}

TEST_F(Train, AModelThatCannotBeMeasuredIsWholeAllTheSame) {
  const test::CommandResult result = run_on_colours(4, {"--epochs=1"});
  EXPECT_EQ(result.exit_code, 1);
  test::expect_contains(result.error, "the model is whole, but it could not be measured: ");
  for (const char* file : {"model/open_clip_model.safetensors", "report.html"})
    EXPECT_TRUE(std::filesystem::exists(dir_ / "run" / file)) << file;
}

TEST_F(Train, FiguresOfOtherHeldOutPairsDoNotStandForThese) {
  const auto shows_retrieval = [&] {
    return read_file(dir_ / "run" / "report.html").find("<section id=\"retrieval\"") != std::string::npos;
  };
  ASSERT_EQ(run_on_colours(0, {"--epochs=1"}).exit_code, 0);
  EXPECT_TRUE(shows_retrieval());
  for (const char* file : {"other/dark/0.png", "other/light/0.png"}) write_file_atomic(dir_ / file, "damaged");
  const test::CommandResult other = train_on_colours("other", {"--epochs=1"});
  EXPECT_EQ(other.exit_code, 1);
  test::expect_contains(other.error, "the model is whole, but it could not be measured: ");
  EXPECT_FALSE(shows_retrieval());
  for (const char* file : {"figures.json", "retrieval.json"})
    EXPECT_FALSE(std::filesystem::exists(dir_ / "run" / file)) << file;
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
