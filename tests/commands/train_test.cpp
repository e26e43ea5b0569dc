// pbt train on a tiny model: stages, arms, what goes on and what is refused.
#include <csignal>

#include "counterpoint/core/files.h"
#include "counterpoint/core/interrupt.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/data/jsonl.h"
#include "counterpoint/weights/adapter.h"
#include "counterpoint/weights/model_files.h"
#include "tests/commands/run_command.h"
#include "tests/support/support.h"

namespace counterpoint::test {
namespace {

namespace fs = std::filesystem;
using data::Json;

CommandResult train(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "train");
  return run_command(std::move(arguments), {commands::declare_train});
}

class TrainCommand : public testing::Test {
 protected:
  /// The eight golden pairs as `pbt mine` writes them: five resist and three accept pairs, of eight questions.
  TrainCommand() {
    int number = 0;
    std::string train, valid, questions;
    data::read_jsonl(golden("train/trl/pairs.jsonl"), [&](Json row, const data::RowPlace&) {
      const std::string id = "q" + std::to_string(++number);
      row.update({{"kind", number <= 5 ? "resist" : "accept"},
                  {"question_id", id},
                  {"agent", "A"},
                  {"turn", 2},
                  {"node_chosen", 3},
                  {"node_rejected", 2}});
      train += data::to_line(row) + "\n";
      if (number >= 4) valid += data::to_line(row) + "\n";
      questions += data::to_line({{"id", id}, {"question", "Q?"}, {"answers", {"a"}}, {"choices", {"a", "b"}}}) + "\n";
    });
    write_file_atomic(dir_ / "train.jsonl", train);
    write_file_atomic(dir_ / "valid.jsonl", valid);
    write_file_atomic(dir_ / "questions.jsonl", questions);
  }

  std::string at(const std::string& name) const { return (dir_ / name).string(); }

  /// With a model, a run folder and a small adapter.
  CommandResult run(std::vector<std::string> arguments, const std::vector<std::string>& more = {}) const {
    const std::vector<std::string> always{"--model", model_, "--output-dir", at("run"), "--lora-r", "4"};
    arguments.insert(arguments.end(), always.begin(), always.end());
    arguments.insert(arguments.end(), more.begin(), more.end());
    return train(std::move(arguments));
  }
  CommandResult sft(const std::vector<std::string>& more = {}) const {
    return run({"sft", "--data", at("train.jsonl"), "--max-steps", "4"}, more);
  }
  CommandResult dpo(const std::vector<std::string>& more = {}) const {
    return run({"dpo", "--data", at("train.jsonl"), "--max-steps", "4"}, more);
  }
  CommandResult arm(const std::string& name, const std::vector<std::string>& more = {}) const {
    return run({"--arm", name, "--pairs", dir_.path().string(), "--max-steps", "3"}, more);
  }

  Json json(const std::string& name) const { return data::read_json(dir_ / name); }
  std::vector<Json> metrics(const std::string& folder) const {
    std::vector<Json> rows;
    data::read_jsonl(dir_ / folder / "metrics.jsonl",
                     [&](const Json& row, const data::RowPlace&) { rows.push_back(row); });
    return rows;
  }

  ScratchDir dir_;
  std::string model_ = golden("train/trl/qwen2").string();
};

TEST_F(TrainCommand, SftLeavesAnAdapterAndTellsWhatIsNext) {
  const CommandResult result = sft({"--warmup-steps", "1"});
  ASSERT_EQ(result.exit_code, 0) << result.error;
  expect_contains(result.error, "train.jsonl: 8 of 8 rows");
  expect_contains(result.error, "SFT 4/4 steps");
  expect_contains(result.error, "tokens/s");
  expect_contains(result.out, "Steps:   4 of 4");
  expect_contains(result.out, "pbt chat --model " + model_ + " --adapter " + at("run"));
  expect_contains(result.out, "pbt evaluate balanced");
  expect_contains(result.out, "pbt export");
  const Json config = json("run/config.json");
  EXPECT_EQ(config["command"], "pbt train sft");
  expect_contains(config["version"], "libtorch");
  EXPECT_EQ(config["settings"]["seed"], 12);
  EXPECT_EQ(config["settings"]["batch_size"], 80);
  EXPECT_EQ(config["settings"]["warmup_ratio"], 0);
  EXPECT_EQ(config["settings"]["lora"]["r"], 4);
  EXPECT_EQ(metrics("run").size(), 4u);
  const auto files = weights::open_model(model_, {.tokenizer = false});
  const weights::Adapter adapter = weights::read_adapter(dir_ / "run", files.config);
  EXPECT_EQ(adapter.config.alpha, 32);
  EXPECT_EQ(adapter.parts.size(), 6u);
}

TEST_F(TrainCommand, TheSameCommandAgainDoesNothingTwice) {
  const CommandResult first = sft();
  const std::string adapter = read_file(dir_ / "run/adapter_model.safetensors");
  const CommandResult again = sft({"--threads", "1", "--logging-steps", "2", "--micro-batch-tokens", "100"});
  ASSERT_EQ(again.exit_code, 0) << again.error;
  expect_contains(again.error, at("run") + " is finished");
  EXPECT_EQ(again.out, first.out);
  EXPECT_EQ(read_file(dir_ / "run/adapter_model.safetensors"), adapter);
}

TEST_F(TrainCommand, AnotherRunsFolderIsRefusedWithEachDifference) {
  ASSERT_EQ(sft().exit_code, 0);
  const CommandResult other = sft({"--seed", "13", "--learning-rate", "1e-3", "--per-device-train-batch-size", "2"});
  EXPECT_EQ(other.exit_code, 1);
  for (const char* part : {"seed: 12 there, 13 now", "learning_rate: 0.0005 there, 0.001 now",
                           "batch_size: 80 there, 20 now", "choose another folder"})
    expect_contains(other.error, part);
  expect_contains(dpo().error, "config.json is not that of 'pbt train dpo'");
  write_file_atomic(dir_ / "train.jsonl", read_file(dir_ / "valid.jsonl"));
  expect_contains(sft().error, "train.rows: 8 there, 5 now");
  fs::create_directories(dir_ / "full");
  write_file_atomic(dir_ / "full/notes.txt", "mine");
  expect_contains(train({"sft", "--data", at("train.jsonl"), "--model", model_, "--output-dir", at("full")}).error,
                  "holds other files and no config.json");
}

TEST_F(TrainCommand, AnotherModelAtTheSamePathIsRefused) {
  fs::copy(model_, dir_ / "model", fs::copy_options::recursive);
  model_ = at("model");
  ASSERT_EQ(sft().exit_code, 0);
  const fs::path weights = dir_ / "model/model.safetensors", config = dir_ / "run/config.json";
  std::string bytes = read_file(weights);
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  write_file_atomic(weights, bytes);
  expect_contains(sft().error, "run with other settings: model_print: ");
  Json earlier = data::read_json(config);
  earlier["settings"].erase("model_print");
  write_file_atomic(config, earlier.dump());
  expect_contains(sft().error, at("run") + " is finished");
}

TEST_F(TrainCommand, CtrlCSavesAndTheCommandThatIsPrintedGoesOn) {
  CommandResult stopped;
  {
    const InterruptGuard guard;
    std::raise(SIGINT);
    stopped = sft();
  }
  EXPECT_EQ(stopped.exit_code, 130);
  expect_contains(stopped.error, "Stopped after 1 of 4 steps, which are saved. To go on:\n  pbt train sft --data ");
  expect_contains(stopped.error, "--max-steps 4 --lora-r 4\n");
  EXPECT_FALSE(fs::exists(dir_ / "run/adapter_model.safetensors"));
  const CommandResult on = sft();
  ASSERT_EQ(on.exit_code, 0) << on.error;
  expect_contains(on.error, "checkpoint-1 (1 of 4 steps)");
  EXPECT_EQ(metrics("run").size(), 4u);
}

TEST_F(TrainCommand, CtrlCWhileTheReferenceIsComputed) {
  CommandResult stopped;
  {
    const InterruptGuard guard;
    std::raise(SIGINT);
    stopped = dpo();
  }
  EXPECT_EQ(stopped.exit_code, 130);
  expect_contains(stopped.error, "Stopped before the first step. To go on:\n  pbt train dpo");
  EXPECT_EQ(dpo().exit_code, 0);
}

TEST_F(TrainCommand, DpoKeepsTheBestStepByValidation) {
  const CommandResult result = dpo({"--valid", at("valid.jsonl"), "--eval-steps", "2"});
  ASSERT_EQ(result.exit_code, 0) << result.error;
  expect_contains(result.out, "rewards/margins");
  expect_contains(result.out, "eval_loss");
  const std::vector<Json> rows = metrics("run");
  ASSERT_EQ(rows.size(), 4u + 3u);
  EXPECT_NEAR(rows[0]["eval_loss"].get<double>(), 0.693147, 1e-6);
  const Json summary = json("run/summary.json");
  expect_contains(result.out, fmt::format("Best:    step {}, eval_loss", summary["best_step"].get<int>()));
}

TEST_F(TrainCommand, AnArmIsBothStagesAndFinishedOnesStay) {
  const CommandResult result = arm("pbt");
  ASSERT_EQ(result.exit_code, 0) << result.error;
  expect_contains(result.error, "arm pbt: 2 pairs");
  EXPECT_EQ(json("run/sft/config.json")["settings"]["batch_size"], 80);
  EXPECT_EQ(json("run/sft/config.json")["settings"]["arm"], "pbt");
  const Json dpo = json("run/dpo/config.json")["settings"];
  EXPECT_EQ(dpo["batch_size"], 35);
  EXPECT_EQ(dpo["train"]["rows"], 2);
  EXPECT_EQ(dpo["valid"]["rows"], 5) << "all kinds";
  EXPECT_NE(dpo["start"], "fresh");
  double first = 0;
  for (const Json& row : metrics("run/dpo"))
    if (row.contains("loss") && first == 0) first = row["loss"];
  EXPECT_NEAR(first, 0.693147, 1e-6) << "the reference is the SFT model";
  const CommandResult again = arm("pbt");
  expect_contains(again.error, at("run/sft") + " is finished");
  expect_contains(again.error, at("run/dpo") + " is finished");
  EXPECT_EQ(again.out, result.out);
  expect_contains(arm("accept").error, "arm: \"pbt\" there, \"accept\" now");
}

TEST_F(TrainCommand, ArmsAreMatchedUnlessToldOtherwise) {
  EXPECT_EQ(arm("resist").exit_code, 0);
  EXPECT_EQ(json("run/dpo/config.json")["settings"]["train"]["rows"], 2);
  fs::remove_all(dir_ / "run");
  EXPECT_EQ(arm("resist", {"--match", "none", "--sft-max-steps", "1"}).exit_code, 0);
  EXPECT_EQ(json("run/dpo/config.json")["settings"]["train"]["rows"], 5);
  EXPECT_EQ(json("run/sft/summary.json")["steps"], 1);
  EXPECT_EQ(json("run/dpo/summary.json")["steps"], 3);
}

TEST_F(TrainCommand, AnArmWithoutValidationRowsSaysSo) {
  write_file_atomic(dir_ / "valid.jsonl", "");
  const CommandResult result = arm("accept", {"--num-train-epochs", "2"});
  ASSERT_EQ(result.exit_code, 0) << result.error;
  expect_contains(result.error, "valid.jsonl has no rows: nothing is measured");
  expect_contains(result.out, "Best:    the last step");
}

TEST_F(TrainCommand, TheBestStepByGeneratedAccuracy) {
  const CommandResult result = dpo({"--valid", at("valid.jsonl"), "--questions", at("questions.jsonl"), "--answer-mode",
                                    "alias", "--metric-for-best-model", "eval_balanced_overall", "--eval-steps", "4"});
  ASSERT_EQ(result.exit_code, 0) << result.error;
  const std::vector<Json> rows = metrics("run");
  const Json& before = rows.front();
  for (const char* name : {"eval_balanced_overall", "eval_balanced_negative", "eval_balanced_positive", "eval_loss"})
    EXPECT_TRUE(before.contains(name)) << before.dump();
  EXPECT_EQ(before["eval_balanced_overall"].get<double>() * 2,
            before["eval_balanced_negative"].get<double>() + before["eval_balanced_positive"].get<double>());
  EXPECT_EQ(json("run/config.json")["settings"]["metric_for_best_model"], "eval_balanced_overall");
  EXPECT_FALSE(fs::exists(dir_ / "run/measured"));
}

TEST_F(TrainCommand, RowsLeftOutAreTold) {
  write_file_atomic(dir_ / "train.jsonl", read_file(dir_ / "train.jsonl") + "{\"prompt\": 3}\n");
  expect_contains(dpo().error, "train.jsonl:9: ");
  const CommandResult result = dpo({"--skip-bad", "--max-length", "90"});
  ASSERT_EQ(result.exit_code, 0) << result.error;
  expect_contains(result.error, " of 9 rows; 1 bad, ");
  expect_contains(result.error, "whose prompt alone fills --max-length 90");
  expect_contains(result.error, "cut to it");
  expect_contains(result.error, "left out: " + at("train.jsonl") + ":9: ");
  expect_contains(result.error, ": no room for a reply");
}

TEST_F(TrainCommand, WhatCannotWorkIsSaidBeforeAnythingIsRead) {
  const auto usage = [&](const CommandResult& result, const std::string& part) {
    EXPECT_EQ(result.exit_code, 2) << result.error;
    expect_contains(result.error, part);
  };
  usage(train({}), "--arm is required");
  usage(train({"--arm", "pbt", "--model", "m"}), "--pairs is required");
  usage(train({"stf"}), "unknown sub-command 'stf'");
  usage(train({"--arm", "both"}), "both not in {pbt,accept,resist}");
  usage(train({"--arm", "pbt", "--modle", "x"}), "unknown option --modle (did you mean '--model'?)");
  usage(train({"dpo", "--model", "m"}), "--data is required");
  usage(sft({"--warmup-steps", "2", "--warmup-ratio", "0.5"}), "exclude each other");
  usage(sft({"--adapter", "x"}), "--lora-r cannot be set beside --adapter");
  usage(sft({"--early-stopping-patience", "2"}), "needs rows to validate on");
  usage(sft({"--metric-for-best-model", "loss"}), "eval_loss needs rows to validate on");
  usage(sft({"--learning-rate", "0"}), "--learning-rate: 0: a number above 0 was expected");
  usage(dpo({"--max-grad-norm", "-1"}), "--max-grad-norm: -1: 0 or more was expected");
  usage(dpo({"--valid", at("valid.jsonl"), "--metric-for-best-model", "eval_balanced_overall"}), "(--questions)");
  EXPECT_FALSE(fs::exists(dir_ / "run"));
  const CommandResult reference = dpo({"--reference", "sftt"});
  EXPECT_EQ(reference.exit_code, 1);
  expect_contains(reference.error, "unknown reference 'sftt' (did you mean 'sft'?)");
  EXPECT_EQ(dpo().exit_code, 0) << "a run that never began is in nobody's way";
}

TEST(TrainHelp, FitsOneScreenAndHelpAllHasTheRest) {
  for (const std::vector<std::string>& command : {std::vector<std::string>{}, {"sft"}, {"dpo"}}) {
    std::vector<std::string> with = command, all = command;
    with.push_back("--help");
    all.push_back("--help-all");
    const CommandResult help = train(with), everything = train(all);
    EXPECT_EQ(help.exit_code, 0);
    EXPECT_EQ(everything.exit_code, 0);
    EXPECT_LE(split(help.out, '\n').size(), 46u) << help.out;
    for (const std::string& line : split(everything.out, '\n')) EXPECT_LE(line.size(), 100u) << line;
    EXPECT_EQ(help.out.find("--weight-decay"), std::string::npos);
    expect_contains(everything.out, "--weight-decay N=0");
    expect_contains(everything.out, "Usage: pbt train");
  }
}

}  // namespace
}  // namespace counterpoint::test
