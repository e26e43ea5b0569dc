#include "counterpoint/protoclip/study/clip_report.h"

#include "counterpoint/core/files.h"
#include "counterpoint/data/jsonl.h"
#include "counterpoint/protoclip/evaluate/model_folder.h"
#include "counterpoint/protoclip/train/measured_run.h"
#include "tests/protoclip/evaluate/small_model.h"
#include "tests/support/support.h"

namespace counterpoint::protoclip {
namespace {

TEST(RunReport, IsCalledAsItsFolderHoweverThatIsNamed) {
  const test::ScratchDir dir;
  make_dirs(dir / "first");
  for (const std::filesystem::path& run : {dir / "first", dir / "first/", dir / "first/."})
    test::expect_contains(run_report(run, image_text::synthetic_pairs(4), nullptr), "<h1>first</h1>");
}

/// A model that makes the same of every caption.
void write_collapsed_model(const std::filesystem::path& folder) {
  test::write_small_model(folder);
  nn::ClipModel model = test::small_model();
  const torch::NoGradGuard no_grad;
  model->named_parameters()["text_projection"].zero_();
  nn::write_open_clip(folder, model);
}

TEST(RunReport, EqualScoresStandByPlaceInExamplesAsInRecalls) {
  const test::ScratchDir dir;
  write_collapsed_model(dir / "run/model");
  const auto pairs = std::make_shared<const image_text::PairSet>(image_text::synthetic_pairs(12));
  Evaluator evaluator(open_model(dir / "run").tokenizer, pairs, nullptr, {.evaluations = {"retrieval"}});
  measure_run(dir / "run", evaluator, "cpu");
  const data::Json examples = data::read_json(dir / "run/retrieval.json");
  for (std::int64_t i = 0; i < 6; ++i) {
    EXPECT_EQ(examples["good"][static_cast<size_t>(i)]["rank"], i + 1);
    EXPECT_EQ(examples["bad"][static_cast<size_t>(i)]["rank"], 12 - i);
  }
  EXPECT_EQ(examples["bad"][0]["found"], data::Json({0, 1, 2, 3, 4, 5}));
  test::expect_contains(run_report(dir / "run", *pairs, pairs.get()), "its own picture came 12");
}

TEST(RunReport, FilesOfAnotherSetAreToldAndNotRead) {
  const test::ScratchDir dir;
  write_file_atomic(dir / "run/retrieval.json", R"({"good": [{"sample": 9, "rank": 1, "found": [9]}], "bad": []})");
  const image_text::PairSet small = image_text::synthetic_pairs(4);
  test::expect_contains(test::error_of([&] { run_report(dir / "run", small, &small); }), "pair 9 of 4");
}

TEST(RunReport, CurvesOfMeanRecallAreInPerCentAsTablesAre) {
  const test::ScratchDir dir;
  write_file_atomic(dir / "run/metrics.jsonl", R"({"step": 4, "mean_recall": 0.25, "zeroshot": 0.5})"
                                               "\n");
  const std::string page = run_report(dir / "run", image_text::synthetic_pairs(4), nullptr);
  for (const char* shown : {"mean_recall, %", "step 4.00: 25.000", "step 4.00: 0.500"})
    test::expect_contains(page, shown);
}

}  // namespace
}  // namespace counterpoint::protoclip
