// A study's parts that need no model: its file, its stages, its questions, its verdicts.
#include "counterpoint/persuasion/study/study.h"
#include "counterpoint/core/files.h"
#include "counterpoint/persuasion/answer_text.h"
#include "counterpoint/persuasion/facts.h"
#include "counterpoint/persuasion/study/claims.h"
#include "counterpoint/persuasion/study/question_split.h"
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

TEST(StudyConfig, NumbersAndListsThatCannotServeAreRefused) {
  const test::ScratchDir scratch;
  const auto error = [&](const std::string& head, const std::string& tail) {
    return test::error_of([&] { config_from(scratch, head + small_study + tail); });
  };
  test::expect_contains(error("seed = -1\n", ""), "'seed' is out of range: -1");
  test::expect_contains(error("", "[engine]\nbatch = 4294967312\n"), "'batch' is out of range: 4294967312");
  test::expect_contains(error("", "[trees]\nmost_pairs = -5\n"), "trees.most_pairs is -5: 0 or more was expected");
  test::expect_contains(error("", "[sft]\nbatch = 0\n"), "sft.batch is 0: 1 or more was expected");
  test::expect_contains(error("", "[teach]\ndoubt = 2\n"), "teach.doubt is 2: a share from 0 to 1 was expected");
  test::expect_contains(error("", "[engine]\ndtype = \"float33\"\n"), "engine.dtype: unknown 'float33' (did you mean");
  test::expect_contains(error("", "[engine]\ndevice = \"tpu\"\n"), "engine.device: unknown 'tpu'");
  test::expect_contains(error("", "[sft]\nlearning_rate = -1\n"), "sft.learning_rate is -1: more than 0 was expected");
  test::expect_contains(error("", "[sft]\nepochs = 0\n"), "sft.epochs is 0: more than 0 was expected");
  test::expect_contains(error("", "[lora]\ndropout = 1\n"), "lora.dropout is 1: a share from 0 to below 1");
  test::expect_contains(error("", "[engine]\ndevice = \"cuda:a\"\n"), "engine.device: unknown 'cuda:a'");
  test::expect_contains(error("", "[engine]\ndevice = \"cuda\"\ndtype = \"int8\"\n"), "'int8' is for the device 'cpu'");
  test::expect_contains(error("", "[evaluate]\nsplit = \"valid\"\n"), "questions.valid must be 1 or more");
  test::expect_contains(error("", "loss = \"sigmod\"\n"), "dpo: unknown preference loss 'sigmod'");
  test::expect_contains(error("", "[trees]\nanswer_mode = \"choisez\"\n"), "trees.answer_mode: unknown 'choisez'");
  test::expect_contains(error("", "[trees]\nmax_new_tokens = 4\n"), "trees.min_new_tokens is 8: at most");
  test::expect_contains(error("", "[evaluate]\nrun = []\n"), "evaluate.run: at least one of balanced, ");
  test::expect_contains(error("", "[evaluate]\nrun = [\"debate\", \"debate\"]\n"), "evaluate.run: holds one twice");
}

TEST(Study, AStageToForceMustBeThere) {
  const test::ScratchDir scratch;
  StudyConfig config = config_from(scratch, small_study);
  config.output_dir = scratch / "run";
  const StudyHooks hooks{.progress = nullptr, .note = nullptr, .stop = [] { return true; }, .made_by = ""};
  test::expect_contains(test::error_of([&] { run_study(config, {"arms/pbd-7"}, hooks); }),
                        "no such stage (did you mean 'arms/pbt-7'?)");
  test::expect_contains(test::error_of([&] { run_study(config, {"arms/base"}, hooks); }), "no such stage");
  EXPECT_FALSE(std::filesystem::exists(config.output_dir));
}

TEST(StudyConfig, TheShippedFilesAreRead) {
  for (const char* name : {"study-smollm2.toml", "study-demo.toml", "study-7b.toml"})
    EXPECT_FALSE(load_study_config(test::project() / "examples" / name).arms.empty()) << name;
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

TEST(StudyChecks, GuessesAndDoubtsNeedWrongChoices) {
  const std::vector<Question> open{{.id = "a", .question = "?", .answers = {"b"}, .choices = {}, .category = ""}};
  StudyConfig config;
  config.evaluations = {"flipflop"};
  config.teach_guess = true;
  check_study_questions(config, open);  // nobody is taught
  config.trained.knows = 0.5;
  test::expect_contains(test::error_of([&] { check_study_questions(config, open); }), "the question 'a' has not");
}

TEST(StudyChecks, PairsMustBeThereForWhatNeedsThem) {
  const test::ScratchDir scratch;
  for (const char* split : {"train", "valid", "test"}) write_file_atomic(scratch / fmt::format("{}.jsonl", split), "");
  StudyConfig config;
  test::expect_contains(test::error_of([&] { check_study_pairs(config, scratch.path()); }), "raise questions.train");
  config.arms = {"base"};
  test::expect_contains(test::error_of([&] { check_study_pairs(config, scratch.path()); }), "raise questions.test");
  config.evaluations = {"debate"};
  check_study_pairs(config, scratch.path());
  config.best_metric = "eval_balanced_overall";
  test::expect_contains(test::error_of([&] { check_study_pairs(config, scratch.path()); }), "raise questions.valid");
  write_file_atomic(scratch / "valid.jsonl", "{}\n");
  check_study_pairs(config, scratch.path());
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

TEST(QuestionSplit, AnAgentKnowsExactlyItsShare) {
  const std::vector<Question> all = facts({"rivers", "authors"});
  const auto known_ids = [&](const std::string& agent, double share) {
    std::vector<std::string> ids;
    for (const Question& question : known_questions(all, agent, share, 12)) ids.push_back(question.id);
    return ids;
  };
  std::vector<std::string> in_order;
  for (const Question& question : all) in_order.push_back(question.id);
  const auto known = known_ids("strong", 0.6);
  EXPECT_EQ(std::ssize(known), std::llround(0.6 * static_cast<double>(all.size())));
  EXPECT_TRUE(
      std::ranges::is_sorted(known, {}, [&](const std::string& id) { return std::ranges::find(in_order, id); }));
  EXPECT_NE(known, known_ids("weak", 0.6)) << "each agent knows others";
  EXPECT_TRUE(known_ids("strong", 0).empty());
  EXPECT_EQ(known_ids("strong", 1), in_order);
}

TEST(StudyResults, ASeedOfZeroIsOneOfTheSeeds) {
  const test::ScratchDir scratch;
  StudyConfig config;
  config.output_dir = scratch.path();
  config.arms = {"base", "pbt"};
  config.seeds = {1, 0};
  config.evaluations = {"flipflop"};
  const auto write = [&](const std::string& run, int before) {
    make_dirs(scratch / "evaluations" / run / "flipflop");
    const data::Json item{{"id", "q"}, {"question_id", "q"}, {"outcomes", {{"flipflop_before", before}}}};
    write_file_atomic(scratch / "evaluations" / run / "flipflop/result.json",
                      data::Json{{"items", data::Json::array({item})}}.dump());
  };
  write("base", 1);
  write("pbt-1", 1);
  write("pbt-0", 0);
  StudyResults results = collect_results(config);
  EXPECT_EQ(results.arms["pbt"]["flipflop_before"].mean, 0.5);
  EXPECT_EQ(results.arms["base"]["flipflop_before"].mean, 1);
  EXPECT_EQ(results.aligned["flipflop"].at("base").size(), 2u);
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
  EXPECT_EQ(numbers, "1. 2. 3a. 3b. 3c. 3d. 3d. 3d. 4a. 4b. 5a. 5b. 5c. 6a. 6b. 6c. 6c. 7a. 7b. 7c. 8. ");
}

TEST(Claims, WhatWasNotRunIsNotDecidedAndSaysSo) {
  const std::vector<ClaimResult> claims = judge_claims(results_of(50, 90));
  for (const char* number : {"3b", "5a", "7a", "7c"}) {
    EXPECT_EQ(verdict_of(claims, number), Verdict::not_decided) << number;
    EXPECT_TRUE(claim_of(claims, number).detail.starts_with("not measured: ")) << number;
  }
}

TEST(Claims, WhatDrivesFlippingIsJudgedFromStandardErrors) {
  StudyResults results;
  results.acceptance = {{.name = "own_logprob", .value = -0.4, .standard_error = 0.1},
                        {.name = "other_logprob", .value = 0.2, .standard_error = 0.3},
                        {.name = "own_confidence", .value = 0.2, .standard_error = 0.3},
                        {.name = "other_confidence", .value = 0.1, .standard_error = 0.3}};
  EXPECT_EQ(verdict_of(judge_claims(results), "7a"), Verdict::holds);
  EXPECT_EQ(verdict_of(judge_claims(results), "7b"), Verdict::not_decided);
  EXPECT_EQ(verdict_of(judge_claims(results), "7c"), Verdict::not_decided) << "no interval shows that nothing is there";
  results.acceptance.back().value = -0.9;
  EXPECT_EQ(verdict_of(judge_claims(results), "7c"), Verdict::does_not_hold);
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
