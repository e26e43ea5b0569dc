// A study from agents to claims, with two random models that argue about codes: it is done once, stopped and gone on
// with, and changed.
#include "counterpoint/core/files.h"
#include "counterpoint/core/interrupt.h"
#include "counterpoint/persuasion/study/study.h"
#include "counterpoint/persuasion/study/study_report.h"
#include "tests/support/support.h"

#include <algorithm>
#include <set>

namespace counterpoint::persuasion {
namespace {

namespace fs = std::filesystem;

/// Answers are read from choices, so that what the models say, which means nothing, is an answer.
constexpr const char* study_text = R"(
seeds = [1]
arms = ["base", "pbt"]
[agents.trained]
name = "strong"
model = "{golden}/llama"
knows = 0.5
[agents.partner]
name = "weak"
model = "{golden}/qwen2"
[questions]
source = "{folder}/questions.jsonl"
train = 60
valid = 20
test = 60
[teach]
epochs = 1
learning_rate = 1e-4
doubt = 0.5
guess = true
[trees]
config = "{folder}/tree.json"
max_new_tokens = 8
min_new_tokens = 1
temperature = 1.0
openings = true
both_agents = true
answer_mode = "choices"
[lora]
targets = ["all-linear"]
[sft]
batch = 4
[dpo]
batch = 4
epochs = 1
[evaluate]
run = ["balanced", "misinformation", "flipflop", "debate", "acceptance"]
questions = 12
)";

constexpr const char* tree_text = R"({
  "name": "small", "head": "Answer.", "tail": "", "other": "B: {reply}", "ask": "Now?",
  "role_in": "last_user", "head_in": "first_user",
  "turns": [{"agent": "A"}, {"agent": "B", "sees_others": false}, {"agent": "A", "roles": ["acceptant", "resistant"]},
            {"agent": "B", "roles": ["acceptant", "resistant"]}, {"agent": "A", "roles": ["acceptant", "resistant"]}],
  "roles": {"acceptant": {"instruction": "Agree.", "opening": "{other}"},
            "resistant": {"instruction": "Keep it.", "opening": "{own}"},
            "logical": {"instruction": "Argue.", "opening": "{own}"},
            "credible": {"instruction": "Boast.", "opening": "{own}"},
            "emotional": {"instruction": "Beg.", "opening": "{own}"}}
})";

std::string questions_text() {
  std::string lines;
  const auto letter = [](int i) { return static_cast<char>('a' + i % 26); };
  for (int i = 0; i < 240; ++i) {
    const std::string right = fmt::format("{}{}{}", letter(i * 5), letter(i / 26), i % 10),
                      wrong = fmt::format("{}{}{}", letter(i * 11 + 7), letter(13 + i / 26), i * 3 % 10);
    const data::Json choices = i % 2 == 0 ? data::Json{right, wrong} : data::Json{wrong, right};
    lines += data::to_line({{"id", fmt::format("q{}", i)},
                            {"question", fmt::format("Number {}?", i)},
                            {"answers", {right}},
                            {"choices", choices}}) +
             "\n";
  }
  return lines;
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}

/// The stage that was begun and is not done; "": between two.
std::string unfinished_stage(const fs::path& study) {
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(study))
    if (entry.path().filename() == "stage.json" && !data::read_json(entry.path()).value("done", false))
      return fs::relative(entry.path().parent_path(), study).string();
  return "";
}

class WholeStudy : public testing::Test {
 protected:
  WholeStudy() {
    write_file_atomic(dir_ / "questions.jsonl", questions_text());
    write_file_atomic(dir_ / "tree.json", tree_text);
  }

  /// In a folder of its own; `changed`: other settings than those above.
  StudyConfig config(
      const std::string& folder, const std::function<void(StudyConfig&)>& change = [](StudyConfig&) {}) const {
    const std::string text = replaced(replaced(study_text, "{golden}", test::golden("train/trl").string()), "{folder}",
                                      dir_.path().string());
    write_file_atomic(dir_ / "study.toml", text);
    StudyConfig config = load_study_config(dir_ / "study.toml");
    config.output_dir = dir_ / folder;
    change(config);
    return config;
  }

  StudyHooks hooks() {
    return {.progress = [](const std::string&, const std::string&) { return std::make_unique<ProgressSink>(); },
            .note = [this](const std::string& line) { notes_ += line + "\n"; },
            .stop = [this] { return ++looked_ > stop_at_ && stop_at_ >= 0; },
            .made_by = "a test"};
  }

  StudyOutcome run(const StudyConfig& config, std::int64_t stop_at = -1) {
    looked_ = 0;
    stop_at_ = stop_at;
    StudyOutcome outcome = run_study(config, {}, hooks());
    write_study(config, outcome, "a test");
    return outcome;
  }

  std::string results(const std::string& folder) const { return read_file(dir_ / folder / "results.json"); }

  test::ScratchDir dir_;
  std::string notes_;
  std::int64_t looked_ = 0, stop_at_ = -1;
};

TEST_F(WholeStudy, IsDoneOnceAndOnlyWhatChangedIsDoneAnew) {
  const StudyOutcome first = run(config("a"));
  EXPECT_EQ(first.stages_done_before, 0);
  for (const char* arm : {"base", "pbt"})
    for (const char* metric :
         {"balanced_overall", "misinformation_rate", "flipflop_before", "debate_team", "acceptance_flip"})
      EXPECT_TRUE(first.results.arms.at(arm).contains(metric)) << arm << " " << metric;
  const data::Json rows = data::Json::parse(results("a"));
  EXPECT_TRUE(std::ranges::any_of(rows, [](const data::Json& row) {
    return row.at("arm") == "pbt" && row.at("seed") == 1 && row.at("metric") == "balanced_overall";
  }));
  EXPECT_TRUE(fs::exists(dir_ / "a/report.html"));
  EXPECT_TRUE(fs::exists(dir_ / "a/claims.json"));

  const std::string found = results("a");
  // questions, 2 agents, 3 splits' trees, pairs, an arm, 2 x 5 evaluations
  const std::int64_t stages = 1 + 2 + 3 + 1 + 1 + 10;
  EXPECT_EQ(run(config("a")).stages_done_before, stages);
  EXPECT_EQ(results("a"), found);

  const auto other_beta = [](StudyConfig& changed) { changed.beta = 0.5; };
  EXPECT_EQ(run(config("a", other_beta)).stages_done_before, stages - 1 - 5) << "the arm and what measures it";
  const auto other_lessons = [](StudyConfig& changed) { changed.teach_doubt = 0; };
  EXPECT_EQ(run(config("a", other_lessons)).stages_done_before, 2) << "the questions, and the agent that is not taught";
}

TEST_F(WholeStudy, StoppedAnywhereItGoesOnToTheSameFigures) {
  run(config("whole"));
  const std::int64_t looks = looked_;
  std::set<std::string> stopped_in;
  for (const int part : {1, 3, 5, 7, 8, 9}) {  // of ten
    const std::string folder = fmt::format("stopped-{}", part);
    EXPECT_THROW(run(config(folder), looks * part / 10), Interrupted) << part;
    EXPECT_FALSE(fs::exists(dir_ / folder / "results.json"));
    stopped_in.insert(unfinished_stage(dir_ / folder));
    run(config(folder));
    EXPECT_EQ(results(folder), results("whole")) << part;
  }
  EXPECT_GE(stopped_in.size(), 3u) << "in stages of several kinds";
  EXPECT_TRUE(
      std::ranges::any_of(stopped_in, [](const std::string& stage) { return stage.starts_with("evaluations/"); }));
}

TEST_F(WholeStudy, ItemsThatFailAreToldAndAllOfThemAreAnError) {
  const auto long_turns = [](StudyConfig& changed) {
    changed.arms = {"base"};
    changed.evaluations = {"misinformation"};
    changed.max_new_tokens = 100;  // some dialogues outgrow the models' 512 tokens
  };
  run(config("a", long_turns));
  test::expect_contains(notes_, "items failed and are left out, the first ('");
  const auto too_long = [](StudyConfig& changed) { changed.max_new_tokens = changed.min_new_tokens = 600; };
  test::expect_contains(test::error_of([&] { run(config("b", too_long)); }), "trees failed");
}

TEST_F(WholeStudy, WhatCannotWorkIsToldBeforeAnythingIsDone) {
  const auto error = [&](const std::function<void(StudyConfig&)>& change) {
    return test::error_of([&] { run(config("a", change)); });
  };
  test::expect_contains(error([](StudyConfig& changed) { changed.lora_targets = {"q_prj"}; }), "q_proj");
  test::expect_contains(error([](StudyConfig& changed) { changed.answer_model = "/nowhere/model"; }), "/nowhere/model");
  EXPECT_FALSE(fs::exists(dir_ / "a"));
}

TEST_F(WholeStudy, ADryRunTellsWhatIsMissing) {
  const StudyPlan whole = study_plan(config("a"));
  EXPECT_TRUE(whole.complete) << whole.text;
  // 2 models, 12 questions, 8 tokens a reply; 22 replies: the answer, 3 appeals of 4 turns, what the partner says in 3.
  for (const char* part :
       {"misinformation: 2 models, at most 4224 new tokens", "flipflop: 2 models, at most 960 new tokens",
        "balanced: 2 models, at most 32 new tokens for each held-out pair", "this machine has"})
    test::expect_contains(whole.text, part);
  const StudyPlan plan = study_plan(config("a", [](StudyConfig& changed) {
    changed.answer_model = "/nowhere/model";
    changed.lora_targets = {"q_prj"};
  }));
  EXPECT_FALSE(plan.complete);
  test::expect_contains(plan.text, "/nowhere/model");
  test::expect_contains(plan.text, "q_proj");
  EXPECT_FALSE(fs::exists(dir_ / "a"));
}

}  // namespace
}  // namespace counterpoint::persuasion
