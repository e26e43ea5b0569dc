#include "counterpoint/protoclip/study/clip_study.h"

#include <set>

#include "counterpoint/core/files.h"
#include "counterpoint/core/interrupt.h"
#include "counterpoint/data/image/image.h"
#include "counterpoint/data/jsonl.h"
#include "tests/support/support.h"
#include "tests/support/tiny_clip.h"

namespace counterpoint::protoclip {
namespace {

using test::error_of;
using test::expect_contains;

class ClipStudy : public testing::Test {
 protected:
  std::filesystem::path config(const std::string& more = "") const {
    write_file_atomic(dir_ / "vit.json", test::tiny_clip);
    write_file_atomic(dir_ / "study.toml",
                      "title = \"Stripes\"\noutput_dir = \"" + (dir_ / "out").string() +
                          "\"\nseeds = [0, 1]\n[train_data]\ntype = \"synthetic\"\nsynthetic_size = 24\n"
                          "[test_data]\ntype = \"synthetic\"\nsynthetic_size = 12\n[text]\nsize = 540\n"
                          "[train]\nmodel = \"" +
                          (dir_ / "vit.json").string() +
                          "\"\nepochs = 2\nbatch_size = 6\nk = 4\nprojection_hidden_dim = 8\n"
                          "projection_dim = 4\n[arms.clip]\nw_proto = 0.0\n[arms.protoclip]\n"
                          "external_teacher = \"tfidf\"\nw_ext = 1.0\n" +
                          more);
    return dir_ / "study.toml";
  }
  /// Twelve pictures, of which one is damaged and another has no caption.
  void write_table(const std::string& set) const {
    std::string table = "filepath\ttitle\n";
    for (int i = 0; i < 12; ++i) {
      const std::string name = fmt::format("{}-{}.png", set, i);
      image::Image picture = image::blank(16, 16, name);
      std::fill(picture.rgb.begin(), picture.rgb.end(), static_cast<std::uint8_t>(20 * i));
      write_file_atomic(dir_ / name, i == 3 ? "damaged" : image::encode_png(picture));
      table += name + "\t" + (i == 5 ? "" : fmt::format("a grey of {}", i)) + "\n";
    }
    write_file_atomic(dir_ / (set + ".tsv"), table);
  }
  ClipStudyHooks hooks(std::int64_t stop_after = 0) {
    ClipStudyHooks out;
    out.progress = [](const std::string&, const std::string&) { return std::make_unique<ProgressSink>(); };
    out.stop = [this, stop_after] { return stop_after > 0 && ++asked_ == stop_after; };
    return out;
  }
  /// Stops as soon as the file is there.
  ClipStudyHooks hooks_until(const std::filesystem::path& file) {
    ClipStudyHooks out = hooks();
    out.stop = [file] { return std::filesystem::exists(file); };
    return out;
  }
  test::ScratchDir dir_;
  std::int64_t asked_ = 0;
};

TEST_F(ClipStudy, EveryArmWithEverySeedAndAPage) {
  // An arm at the end does not take the place of the first one besides base.
  const auto rows = run_clip_study(load_clip_study(config("[arms.plain]\nback_translation = false\n")), hooks());
  for (const char* metric : {"probe", "zeroshot", "mean_recall", "ami", "ari", "gap", "seconds"})
    EXPECT_EQ(over_seeds(rows, "protoclip", metric).value().repeats.size(), 2u) << metric;
  const std::string page = read_file(dir_ / "out" / "report.html");
  for (const char* id : {"arms", "gains", "curves", "prototypes", "map", "retrieval"})
    expect_contains(page, fmt::format("<section id=\"{}\"", id));
  expect_contains(page, "data:image/jpeg;base64,");
  for (const char* shown : {"Clusters of pictures, protoclip", "Before training, clip", "After training, protoclip",
                            "Found by clip", "Missed by protoclip", "prototypes/image/inertia"})
    expect_contains(page, shown);
  for (const char* other : {"Clusters of pictures, plain", "After training, plain", "Found by plain"})
    EXPECT_EQ(page.find(other), std::string::npos) << other;
}

TEST_F(ClipStudy, GoesOnWhereItWasStopped) {
  const ClipStudyConfig study = load_clip_study(config());
  EXPECT_THROW(run_clip_study(study, hooks(11)), Interrupted);
  const auto trained = std::filesystem::last_write_time(dir_ / "out" / "runs" / "clip-0" / "summary.json");
  const auto rows = run_clip_study(study, hooks());
  EXPECT_EQ(std::filesystem::last_write_time(dir_ / "out" / "runs" / "clip-0" / "summary.json"), trained);
  EXPECT_EQ(data::read_json(dir_ / "out" / "results.json").size(), rows.size());
}

TEST_F(ClipStudy, ResultsKeepWhatIsDoneWhileAnArmIsTrainedAnew) {
  const ClipStudyConfig study = load_clip_study(config());
  run_clip_study(study, hooks());
  for (const char* run : {"clip-0", "protoclip-0"}) std::filesystem::remove_all(dir_ / "out" / "runs" / run);
  EXPECT_THROW(run_clip_study(study, hooks_until(dir_ / "out" / "runs" / "clip-0" / "evaluation.json")), Interrupted);
  std::set<std::pair<std::string, int>> there;
  for (const data::Json& row : data::read_json(dir_ / "out" / "results.json"))
    there.emplace(row["arm"].get<std::string>(), row["seed"].get<int>());
  for (const char* arm : {"clip", "protoclip"}) EXPECT_TRUE(there.contains({arm, 1})) << arm;
  EXPECT_TRUE(there.contains({"clip", 0}));
}

TEST_F(ClipStudy, AStopIsHeardWhileARunIsMeasured) {
  const ClipStudyConfig study = load_clip_study(config());
  EXPECT_THROW(run_clip_study(study, hooks(9)), Interrupted);  // two episodes of four batches, and then
  EXPECT_TRUE(std::filesystem::exists(dir_ / "out" / "runs" / "clip-0" / "summary.json"));
  EXPECT_FALSE(std::filesystem::exists(dir_ / "out" / "runs" / "clip-0" / "evaluation.json"));
  EXPECT_FALSE(over_seeds(run_clip_study(study, hooks()), "clip", "probe").value().repeats.empty());
}

TEST_F(ClipStudy, RunsAreMeasuredOnTheWayAtTheFrequenciesOfTheFile) {
  run_clip_study(load_clip_study(config("[evaluate]\neval_frequency = 2\nretrieval_frequency = 1\n")), hooks());
  const auto steps = [&](const char* metric) {
    std::vector<int> found;
    data::read_jsonl(dir_ / "out" / "runs" / "protoclip-1" / "metrics.jsonl",
                     [&](const data::Json& row, const data::RowPlace&) {
                       if (row.contains(metric)) found.push_back(row.at("step").get<int>());
                     });
    return found;
  };
  EXPECT_EQ(steps("mean_recall"), (std::vector<int>{0, 4, 8}));
  EXPECT_EQ(steps("zeroshot"), (std::vector<int>{0, 8}));
  expect_contains(error_of([&] { load_clip_study(config("[evaluate]\nretreival_frequency = 1\n")); }),
                  "retrieval_frequency");
  for (const char* key : {"eval_frequency", "gap_frequency"})
    expect_contains(error_of([&] { load_clip_study(config(fmt::format("[evaluate]\n{} = -1\n", key))); }),
                    fmt::format("evaluate.{} is -1, 0 or more was expected", key));
}

TEST_F(ClipStudy, OtherTemplatesAreMeasuredWithoutTraining) {
  run_clip_study(load_clip_study(config()), hooks());
  const auto summary = dir_ / "out" / "runs" / "clip-0" / "summary.json";
  const auto trained = std::filesystem::last_write_time(summary);
  const auto figures = [&] { return read_file(dir_ / "out" / "runs" / "clip-0" / "evaluation.json"); };
  const std::string before = figures();
  run_clip_study(load_clip_study(config("[evaluate]\ntemplates = [\"stripes, {}\"]\nrun = [\"zeroshot\"]\n")), hooks());
  EXPECT_EQ(std::filesystem::last_write_time(summary), trained);
  EXPECT_NE(figures(), before);
  for (const data::Json& row : data::read_json(dir_ / "out" / "results.json")) {
    const auto metric = row["metric"].get<std::string>();
    EXPECT_TRUE(metric == "seconds" || metric.starts_with("zeroshot")) << metric;
  }
}

TEST_F(ClipStudy, AnArmThatCannotWorkIsToldBeforeTheFirstIsTrained) {
  const ClipStudyConfig study = load_clip_study(config("[arms.late]\nbatch_size = 25\n"));
  const std::string told = error_of([&] { run_clip_study(study, hooks()); });
  expect_contains(told, "arms.late");
  expect_contains(told, "24 samples");
  const std::string missing = "[arms.late]\nexternal_teacher = \"no/such*/model\"\nw_ext = 1.0\n";
  const ClipStudyConfig other = load_clip_study(config(missing));
  expect_contains(error_of([&] { run_clip_study(other, hooks()); }), "arms.late");
  EXPECT_FALSE(std::filesystem::exists(dir_ / "out" / "runs"));
}

TEST_F(ClipStudy, NoMistakeOfALateArmWaitsForItsTurn) {
  for (const auto& [mistake, told] :
       {std::pair{"model = \"tiny-resnt\"", "tiny-resnet"}, std::pair{"warmup = 1000", "longer than the run"},
        std::pair{"kmeans_iterations = 0", "--kmeans-iterations 0"}}) {
    const ClipStudyConfig study = load_clip_study(config("[arms.late]\n" + std::string(mistake) + "\n"));
    const std::string error = error_of([&] { run_clip_study(study, hooks()); });
    expect_contains(error, "arms.late");
    expect_contains(error, told);
  }
  const ClipStudyConfig unknown = load_clip_study(config("[evaluate]\nrun = [\"zero_shot\"]\n"));
  expect_contains(error_of([&] { run_clip_study(unknown, hooks()); }), "did you mean 'zeroshot'");
  EXPECT_FALSE(std::filesystem::exists(dir_ / "out" / "runs"));
}

TEST_F(ClipStudy, AFolderOfOtherFilesIsToldBeforeAnArmIsTrained) {
  write_file_atomic(dir_ / "out" / "runs" / "protoclip-1" / "notes.txt", "mine");
  const ClipStudyConfig study = load_clip_study(config());
  expect_contains(error_of([&] { run_clip_study(study, hooks()); }), "arms.protoclip: ");
  EXPECT_FALSE(std::filesystem::exists(dir_ / "out" / "runs" / "clip-0"));
}

TEST_F(ClipStudy, OldFiguresAreNotThoseOfOtherSettings) {
  run_clip_study(load_clip_study(config()), hooks());
  for (const char* run : {"clip-0", "clip-1", "protoclip-0", "protoclip-1"})
    std::filesystem::remove_all(dir_ / "out" / "runs" / run / "checkpoint-8");
  expect_contains(error_of([&] { run_clip_study(load_clip_study(config("lr = 0.01\n")), hooks()); }), "another lr");
}

TEST_F(ClipStudy, WhatIsLeftOutIsTold) {
  for (const char* set : {"train", "test"}) write_table(set);
  write_file_atomic(dir_ / "vit.json", test::tiny_clip);
  const auto table = [&](const char* set) { return "data = \"" + (dir_ / set).string() + ".tsv\"\n"; };
  write_file_atomic(dir_ / "study.toml",
                    "output_dir = \"" + (dir_ / "out").string() + "\"\nseeds = [0]\n[train_data]\n" + table("train") +
                        "[test_data]\n" + table("test") +
                        "[text]\nsize = 540\n[evaluate]\nrun = [\"retrieval\"]\n[train]\nmodel = \"" +
                        (dir_ / "vit.json").string() + "\"\nepochs = 1\nbatch_size = 4\nw_proto = 0.0\n[arms.clip]\n");
  std::string told;
  ClipStudyHooks noting = hooks();
  noting.note = [&](const std::string& line) { told += line + "\n"; };
  run_clip_study(load_clip_study(dir_ / "study.toml"), noting);
  for (const char* line : {"train.tsv: 1 rows without a caption", "test.tsv: 1 rows without a caption",
                           "clip, seed 0: 1 pictures could not be read", "left out of the evaluation: "})
    expect_contains(told, line);
}

TEST_F(ClipStudy, UnknownKeysAreNamed) {
  expect_contains(error_of([&] { load_clip_study(config("[arms.third]\nexternal_teachr = \"tfidf\"\n")); }),
                  "external_teacher");
}

TEST_F(ClipStudy, WhatNamesNothingIsRefusedBeforeAnythingRuns) {
  const auto told = [&](const std::string& from, const std::string& to) {
    const std::string text = read_file(config());
    const size_t at = text.find(from);
    write_file_atomic(dir_ / "study.toml", text.substr(0, at) + to + text.substr(at + from.size()));
    return error_of([&] { load_clip_study(dir_ / "study.toml"); });
  };
  expect_contains(told("seeds = [0, 1]", "base = \"protoclipp\""), "did you mean 'protoclip'");
  expect_contains(told("seeds = [0, 1]", "seeds = []"), "'seeds' is empty");
  expect_contains(told("seeds = [0, 1]", "seeds = [3, 3]"), "one twice");
  expect_contains(told("[text]", "[evaluate]\ntemplates = [\"stripes\"]\n[text]"), "has no {}");
}

TEST_F(ClipStudy, ATeacherThatIsNamedCountsUnlessItsWeightSaysOtherwise) {
  const ClipStudyConfig study = load_clip_study(config("[arms.named]\nexternal_teacher = \"tfidf\"\n"));
  EXPECT_EQ(study.arms.back().train.weights.teacher, 1);
  EXPECT_EQ(study.arms.front().train.weights.teacher, 0);
}

TEST_F(ClipStudy, AnEmptyTableIsAnArm) {
  const ClipStudyConfig study = load_clip_study(config("[arms.as-train-says]\n"));
  ASSERT_EQ(study.arms.size(), 3u);
  EXPECT_EQ(study.arms[2].name, "as-train-says");
  EXPECT_EQ(study.arms[2].train.prototypes.k, 4);
}

}  // namespace
}  // namespace counterpoint::protoclip
