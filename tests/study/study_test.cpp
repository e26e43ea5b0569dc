// A study's parts that need no model: its file, its stages, its questions, its verdicts.
#include "counterpoint/persuasion/study/study.h"
#include "counterpoint/core/files.h"
#include "counterpoint/persuasion/answer_text.h"
#include "counterpoint/persuasion/facts.h"
#include "counterpoint/persuasion/study/claims.h"
#include "counterpoint/persuasion/study/question_split.h"
#include "counterpoint/persuasion/study/stages.h"
#include "counterpoint/persuasion/study/study_checks.h"
#include "counterpoint/persuasion/study/study_report.h"
#include "tests/support/support.h"

#include <regex>
#include <set>

namespace counterpoint::persuasion {
namespace {

constexpr const char* small_study = R"(
seeds = [7]
arms = ["base", "pbt"]
[agents.trained]
model = "a.gguf"
knows = 0.5
[agents.partner]
model = "b.gguf"
[questions]
train = 10
test = 5
[dpo]
beta = 0.3
)";

StudyConfig config_from(const test::ScratchDir& scratch, const std::string& text) {
  write_file_atomic(scratch / "study.toml", text);
  return load_study_config(scratch / "study.toml");
}

TEST(StudyConfig, SaysWhatItsFileSays) {
  const test::ScratchDir scratch;
  const StudyConfig config = config_from(scratch, small_study);
  EXPECT_EQ(config.seeds, (std::vector<std::uint64_t>{7}));
  EXPECT_EQ(config.arms, (std::vector<std::string>{"base", "pbt"}));
  EXPECT_EQ(config.trained.knows, 0.5);
  EXPECT_FALSE(config.partner.knows);
  EXPECT_EQ(config.dpo.epochs, 5);
  EXPECT_EQ(config.beta, 0.3);
}

TEST(StudyConfig, UnknownKeysAndArmsAreNamedWithTheNearestRightOne) {
  const test::ScratchDir scratch;
  const auto error = [&](const std::string& text) { return test::error_of([&] { config_from(scratch, text); }); };
  test::expect_contains(error(std::string(small_study) + "bata = 1\n"), "beta");
  test::expect_contains(error("arms = [\"base\", \"pbd\"]\n"), "pbt");
  test::expect_contains(error("seeds = [1]\n"), "agents.trained");
}

TEST(StudyConfig, TheBestEpochNeedsValidationQuestions) {
  const test::ScratchDir scratch;
  const std::string chosen = std::string(small_study) + "metric_for_best_model = \"eval_balanced_overall\"\n";
  test::expect_contains(test::error_of([&] { config_from(scratch, chosen); }), "questions.valid");
  const std::string with_valid = std::regex_replace(chosen, std::regex("test = 5"), "test = 5\nvalid = 5");
  EXPECT_EQ(config_from(scratch, with_valid).best_metric, "eval_balanced_overall");
  const std::string of_arm = std::regex_replace(with_valid, std::regex("overall"), "of_arm");
  EXPECT_EQ(config_from(scratch, of_arm).best_metric, "eval_balanced_of_arm");
  const std::string misspelt = std::regex_replace(with_valid, std::regex("overall"), "overal");
  test::expect_contains(test::error_of([&] { config_from(scratch, misspelt); }), "eval_balanced_overall");
}

TEST(StudyConfig, TheShippedFilesAreRead) {
  for (const char* name : {"study-smollm2.toml", "study-demo.toml", "study-7b.toml"})
    EXPECT_FALSE(load_study_config(test::project() / "examples" / name).arms.empty()) << name;
}

TEST(Stages, FinishedOnesAreNotDoneAgainUnlessInputsChange) {
  const test::ScratchDir scratch;
  int done = 0;
  const auto run = [&](const data::Json& inputs, std::set<std::string> force = {}) {
    return Stages(scratch.path(), std::move(force)).run("arms/pbt-1", inputs, [&](const std::filesystem::path& folder) {
      EXPECT_FALSE(std::filesystem::exists(folder / "left"));
      write_file_atomic(folder / "left", "");
      ++done;
    });
  };
  const std::string first = run({{"seed", 1}});
  EXPECT_EQ(run({{"seed", 1}}), first);
  EXPECT_EQ(done, 1);
  EXPECT_NE(run({{"seed", 2}}), first);
  EXPECT_EQ(done, 2);
  run({{"seed", 2}}, {"arms"});
  EXPECT_EQ(done, 3);
}

TEST(Stages, WhatIsMadeAnewMakesLaterOnesAnew) {
  const test::ScratchDir scratch;
  int grown = 0;
  const auto run = [&](std::set<std::string> force = {}) {
    Stages stages(scratch.path(), std::move(force));
    const std::string questions = stages.run("questions", {{"seed", 1}}, [](const std::filesystem::path&) {});
    stages.run("trees", {{"questions", questions}}, [&](const std::filesystem::path&) { ++grown; });
  };
  run();
  run();
  EXPECT_EQ(grown, 1);
  run({"questions"});
  EXPECT_EQ(grown, 2);
}

TEST(Stages, WhatWasThereIsSetAsideAndTold) {
  const test::ScratchDir scratch;
  std::string told;
  const auto run = [&](int seed) {
    Stages(scratch.path(), {}, [&](const std::string& line) {
      told += line;
    }).run("arms/pbt-1", {{"seed", seed}}, [&](const std::filesystem::path& folder) {
      write_file_atomic(folder / "seed", std::to_string(seed));
    });
  };
  run(1);
  EXPECT_EQ(told, "");
  run(2);
  test::expect_contains(told, "arms/pbt-1 is made again (changed: 'seed')");
  EXPECT_EQ(read_file(scratch / "arms/pbt-1.before/seed"), "1");
  EXPECT_EQ(read_file(scratch / "arms/pbt-1/seed"), "2");
}

TEST(Stages, AFileIsAnInputByWhatIsInIt) {
  const test::ScratchDir scratch;
  write_file_atomic(scratch / "farm.jsonl", "1");
  const data::Json before = input_file(scratch / "farm.jsonl");
  write_file_atomic(scratch / "farm.jsonl", "2");
  EXPECT_NE(input_file(scratch / "farm.jsonl"), before);
  EXPECT_EQ(input_file(""), "");
}

TEST(StudyChecks, QuestionsMustServeTheEvaluations) {
  const std::vector<Question> open{{.id = "a", .question = "?", .answers = {"b"}, .choices = {}, .category = ""}};
  StudyConfig config;
  config.evaluations = {"misinformation"};
  test::expect_contains(test::error_of([&] { check_study_questions(config, open); }), "evaluate.farm");
  config.farm = "none.jsonl";
  test::expect_contains(test::error_of([&] { check_study_questions(config, open); }), "none.jsonl");
  if (const auto folder = test::data_dir()) {
    config.farm = (*folder / "farm" / "Boolq.jsonl").string();
    check_study_questions(config, open);
  }
  config.answer_mode = "choices";
  EXPECT_NE(test::error_of([&] { check_study_questions(config, open); }), "");
  EXPECT_TRUE(partner_speaks("acceptance", config, open));
  EXPECT_FALSE(partner_speaks("misinformation", config, open));
  EXPECT_FALSE(partner_speaks("acceptance", config, facts({"rivers"})));
}

TEST(Stages, OneThatWasBrokenOffGoesOnInItsFolder) {
  const test::ScratchDir scratch;
  const auto run = [&](bool breaks) {
    Stages(scratch.path(), {}).run("trees", {{"seed", 1}}, [&](const std::filesystem::path& folder) {
      EXPECT_EQ(std::filesystem::exists(folder / "half"), !breaks);
      write_file_atomic(folder / "half", "");
      if (breaks) throw std::runtime_error("killed");
    });
  };
  EXPECT_THROW(run(true), std::runtime_error);
  run(false);
}

TEST(QuestionSplit, NoAnswerIsInTwoSplits) {
  const auto parts = split_questions(facts({"currencies", "rivers", "authors"}), {100, 40, 60}, 12);
  std::map<std::string, size_t> split_of_answer;
  for (size_t s = 0; s < parts.size(); ++s)
    for (const Question& question : parts[s])
      for (const std::string& answer : question.answers)
        EXPECT_EQ(split_of_answer.emplace(normalize_answer(answer), s).first->second, s) << answer;
  EXPECT_EQ(parts[0].size(), 100);
  EXPECT_EQ(parts[1].size(), 40);
  EXPECT_EQ(parts[2].size(), 60);
  test::expect_contains(test::error_of([] { split_questions(facts({"rivers"}), {500, 0, 10}, 1); }), "were asked for");
}

TEST(QuestionSplit, QuestionsOfYesAndNoAreNotHeldTogether) {
  std::vector<Question> questions;
  for (int i = 0; i < 30; ++i)
    questions.push_back({.id = std::to_string(i),
                         .question = "Is it " + std::to_string(i) + "?",
                         .answers = {i % 2 == 0 ? "yes" : "No"},
                         .choices = {"yes", "no"},
                         .category = ""});
  const auto parts = split_questions(questions, {10, 10, 10}, 1);
  for (const auto& part : parts) EXPECT_EQ(part.size(), 10u);
}

/// Two arms, one with `pbt_right` of 100 right answers kept and taken over, base with `base_right`.
StudyResults results_of(int base_right, int pbt_right) {
  StudyResults results;
  for (const auto& [arm, right] : {std::pair{"base", base_right}, std::pair{"pbt", pbt_right}}) {
    Outcomes& outcomes = results.aligned["balanced"][arm];
    for (int i = 0; i < 200; ++i) {
      outcomes.add_item(std::to_string(i), std::to_string(i));
      outcomes.set(i % 2 == 0 ? "balanced_negative" : "balanced_positive", i / 2 < right ? 1 : 0);
    }
  }
  return results;
}

ClaimResult claim_of(const std::vector<ClaimResult>& claims, const std::string& beginning) {
  for (const ClaimResult& claim : claims)
    if (claim.text.starts_with(beginning)) return claim;
  ADD_FAILURE() << "no claim " << beginning;
  return {};
}

Verdict verdict_of(const std::vector<ClaimResult>& claims, const std::string& beginning) {
  return claim_of(claims, beginning).verdict;
}

TEST(Claims, AreJudgedFromTheInterval) {
  EXPECT_EQ(verdict_of(judge_claims(results_of(50, 90)), "3a"), Verdict::holds);
  EXPECT_EQ(verdict_of(judge_claims(results_of(50, 50)), "3a"), Verdict::does_not_hold);
  EXPECT_EQ(verdict_of(judge_claims(results_of(50, 61)), "3a"), Verdict::not_decided);
  EXPECT_EQ(verdict_of(judge_claims(results_of(50, 90)), "8"), Verdict::not_decided);
}

TEST(Claims, TellTheirFiguresWithARealMinus) {
  const std::vector<ClaimResult> claims = judge_claims(results_of(90, 50));
  const std::string margin = claim_of(claims, "3a").detail, sign = claim_of(claims, "3d").detail;
  EXPECT_TRUE(margin.starts_with("−40.0 points, 95 % from −")) << margin;
  EXPECT_TRUE(margin.ends_with("; claimed: above 12")) << margin;
  EXPECT_TRUE(sign.ends_with("; claimed: above 0")) << sign;
}

TEST(Claims, StandInThePapersOrder) {
  StudyResults results = results_of(50, 90);
  for (const char* arm : {"base", "pbt"}) {
    Outcomes& outcomes = results.aligned["misinformation"][arm];
    outcomes.add_item("a", "a");
    outcomes.set("misinformation_rate", 1);
  }
  std::string numbers;
  for (const ClaimResult& claim : judge_claims(results)) numbers += claim.text.substr(0, claim.text.find(' ')) + " ";
  EXPECT_EQ(numbers, "3a. 3d. 4a. 8. ");
}

TEST(Claims, WhatDrivesFlippingIsJudgedFromStandardErrors) {
  StudyResults results;
  results.acceptance = {{.name = "own_logprob", .value = -0.4, .standard_error = 0.1},
                        {.name = "other_logprob", .value = 0.2, .standard_error = 0.3}};
  EXPECT_EQ(verdict_of(judge_claims(results), "7a"), Verdict::holds);
  EXPECT_EQ(verdict_of(judge_claims(results), "7b"), Verdict::not_decided);
  results.acceptance = {{.name = "own_logprob", .value = 0.4, .standard_error = 0.1},
                        {.name = "other_logprob", .value = 0.9, .standard_error = 0.3}};
  EXPECT_EQ(verdict_of(judge_claims(results), "7a"), Verdict::does_not_hold);
  EXPECT_EQ(verdict_of(judge_claims(results), "7b"), Verdict::holds);
}

TEST(StudyPage, ShowsWhatEachArmSaidToOnePrompt) {
  const test::ScratchDir scratch;
  StudyConfig config = config_from(scratch, small_study);
  config.output_dir = scratch.path();
  const auto write = [&](const std::filesystem::path& file, const std::string& text) {
    make_dirs((scratch.path() / file).parent_path());
    write_file_atomic(scratch.path() / file, text);
  };
  write("questions/test.jsonl", R"({"id": "q", "question": "Which?", "answers": ["Oslo"]})"
                                "\n");
  StudyOutcome outcome;
  for (const auto& [arm, run] : {std::pair{"base", "base"}, std::pair{"pbt", "pbt-7"}}) {
    outcome.results.arms[arm];
    write(std::filesystem::path("evaluations") / run / "balanced" / "result.json",
          fmt::format(R"({{"items": [{{"id": "1", "question_id": "q", "kind": "accept",
            "prompt": [{{"role": "user", "content": "Which?"}}],
            "reply": {{"text": "{} says", "answer": "Oslo", "correct": true}}}}]}})",
                      arm));
  }
  const StudyPage page = page_of_study(config, outcome);
  ASSERT_EQ(page.replies.size(), 1u);
  EXPECT_EQ(page.replies[0].question, "Which?");
  ASSERT_EQ(page.replies[0].replies.size(), 2u);
  EXPECT_EQ(page.replies[0].replies[0].text, "base says");
  EXPECT_EQ(page.replies[0].replies[1].text, "pbt says");
  EXPECT_EQ(page.replies[0].replies[1].arm, "PBT");
}

}  // namespace
}  // namespace counterpoint::persuasion
