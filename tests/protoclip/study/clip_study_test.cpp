#include "counterpoint/protoclip/study/clip_study.h"

#include "counterpoint/core/files.h"
#include "counterpoint/core/interrupt.h"
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
  ClipStudyHooks hooks(std::int64_t stop_after = 0) {
    ClipStudyHooks out;
    out.progress = [](const std::string&, const std::string&) { return std::make_unique<ProgressSink>(); };
    out.stop = [this, stop_after] { return stop_after > 0 && ++asked_ == stop_after; };
    return out;
  }
  test::ScratchDir dir_;
  std::int64_t asked_ = 0;
};

TEST_F(ClipStudy, EveryArmWithEverySeedAndAPage) {
  const auto rows = run_clip_study(load_clip_study(config()), hooks());
  for (const char* metric : {"probe", "zeroshot", "mean_recall", "ami", "ari", "gap", "seconds"})
    EXPECT_EQ(over_seeds(rows, "protoclip", metric).value().repeats.size(), 2u) << metric;
  const std::string page = read_file(dir_ / "out" / "report.html");
  for (const char* id : {"arms", "gains", "curves", "prototypes", "map", "retrieval"})
    expect_contains(page, fmt::format("<section id=\"{}\"", id));
  expect_contains(page, "data:image/jpeg;base64,");
}

TEST_F(ClipStudy, GoesOnWhereItWasStopped) {
  const ClipStudyConfig study = load_clip_study(config());
  EXPECT_THROW(run_clip_study(study, hooks(11)), Interrupted);
  const auto trained = std::filesystem::last_write_time(dir_ / "out" / "runs" / "clip-0" / "summary.json");
  const auto rows = run_clip_study(study, hooks());
  EXPECT_EQ(std::filesystem::last_write_time(dir_ / "out" / "runs" / "clip-0" / "summary.json"), trained);
  EXPECT_EQ(read_results(dir_ / "out" / "results.json").size(), rows.size());
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
  for (const ResultRow& row : read_results(dir_ / "out" / "results.json"))
    EXPECT_TRUE(row.metric == "seconds" || row.metric.starts_with("zeroshot")) << row.metric;
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

TEST_F(ClipStudy, AnEmptyTableIsAnArm) {
  const ClipStudyConfig study = load_clip_study(config("[arms.as-train-says]\n"));
  ASSERT_EQ(study.arms.size(), 3u);
  EXPECT_EQ(study.arms[2].name, "as-train-says");
  EXPECT_EQ(study.arms[2].train.prototypes.k, 4);
}

}  // namespace
}  // namespace counterpoint::protoclip
