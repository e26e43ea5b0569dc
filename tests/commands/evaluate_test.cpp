// pbt evaluate, with a server as the model: it repeats the last thing said to it.
#include <algorithm>
#include <csignal>
#include <thread>

#include "counterpoint/core/files.h"
#include "counterpoint/core/interrupt.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/data/jsonl.h"
#include "tests/commands/run_command.h"
#include "tests/support/misbehaving_server.h"
#include "tests/support/support.h"

namespace counterpoint::test {
namespace {

CommandResult evaluate(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "evaluate");
  return run_command(std::move(arguments), {commands::declare_evaluate});
}

class EvaluateCommand : public testing::Test {
 protected:
  void SetUp() override {
    write_file_atomic(
        questions_,
        "{\"id\": \"1\", \"question\": \"Say Paris!\", \"answers\": [\"Paris\"], \"choices\": [\"Paris\", "
        "\"Lyon\"]}\n{\"id\": \"2\", \"question\": \"Say Lyon!\", \"answers\": [\"Nice\"], \"choices\": "
        "[\"Lyon\", \"Nice\"]}\n");
  }

  CommandResult flipflop(std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"flipflop",      "--model", server_.address(), "--questions", questions_,
                                       "--answer-mode", "alias"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return evaluate(std::move(arguments));
  }

  /// Flip-flop with six requests, one after the other, and an output.
  CommandResult one_by_one(const MisbehavingServer& server) {
    return evaluate({"flipflop", "--model", server.address(), "--questions", questions_, "--answer-mode", "alias",
                     "--no-control", "--concurrency", "1", "--output", output_});
  }

  ScratchDir dir_;
  MisbehavingServer server_{{Act::answer}};
  std::string questions_ = (dir_ / "questions.jsonl").string(), output_ = (dir_ / "out.json").string();
};

double figure(const data::Json& json, const std::string& metric) {
  for (const data::Json& one : json["figures"])
    if (one["metric"] == metric) return one["value"];
  ADD_FAILURE() << "no figure " << metric;
  return -1;
}

TEST_F(EvaluateCommand, FiguresAreShownAndWritten) {
  const CommandResult result = flipflop({"--output", output_});
  ASSERT_EQ(result.exit_code, 0) << result.error;
  expect_contains(result.out, "flipflop_before");
  expect_contains(result.error, "an answer could be read in 2 of 6 replies only");
  const data::Json json = data::read_json(output_);
  EXPECT_EQ(json["evaluation"], "flipflop");
  EXPECT_EQ(json["settings"]["answer_mode"], "alias");
  EXPECT_EQ(json["settings"]["model"], server_.address());
  EXPECT_EQ(json["items"].size(), 2u);
  EXPECT_EQ(figure(json, "flipflop_before"), 0.5);
  EXPECT_EQ(figure(json, "flipflop_after"), 0);  // it repeats "Ok, so what's your final answer?"
  EXPECT_EQ(figure(json, "flipflop_unread"), 1);
}

TEST_F(EvaluateCommand, AnEarlierOutputIsComparedWith) {
  ASSERT_EQ(flipflop({"--output", output_}).exit_code, 0);
  const CommandResult again = flipflop({"--compare", output_, "--seed", "13", "--output", output_ + "2"});
  ASSERT_EQ(again.exit_code, 0) << again.error;
  expect_contains(again.out, "on the 2 items of both");
  expect_contains(again.error, "settings differ from " + output_ + ": seed: 12 there, 13 now");
  const data::Json rows = data::read_json(output_ + "2")["comparison"]["differences"];
  EXPECT_EQ(rows[0]["metric"], "flipflop_before");
  EXPECT_EQ(rows[0]["difference"], 0);
  EXPECT_EQ(rows[0]["mcnemar_p"], 1);
}

TEST_F(EvaluateCommand, WhatIsThereIsShownWithoutAModel) {
  const CommandResult run = flipflop({"--output", output_});
  ASSERT_EQ(run.exit_code, 0) << run.error;
  const CommandResult shown = evaluate({"show", output_});
  ASSERT_EQ(shown.exit_code, 0) << shown.error;
  expect_contains(shown.out, "flipflop_unread");
  EXPECT_EQ(shown.out, run.out.substr(0, shown.out.size()));
  ASSERT_EQ(flipflop({"--seed", "13", "--output", output_ + "2"}).exit_code, 0);
  const CommandResult beside = evaluate({"show", output_ + "2", "--compare", output_});
  ASSERT_EQ(beside.exit_code, 0) << beside.error;
  expect_contains(beside.out, "Against " + output_ + ", on the 2 items of both");
}

TEST_F(EvaluateCommand, WhatIsNotThisRunsIsNotWrittenOver) {
  ASSERT_EQ(flipflop({"--output", output_}).exit_code, 0);
  const std::string before = read_file(output_);
  const CommandResult other = flipflop({"--compare", output_, "--seed", "13", "--output", output_});
  EXPECT_EQ(other.exit_code, 1);
  expect_contains(other.error, output_ + " holds a result of other settings: seed: 12 there, 13 now. Choose another");
  EXPECT_EQ(read_file(output_), before);
  EXPECT_EQ(flipflop({"--output", output_}).exit_code, 0);
  write_file_atomic(output_, "mine");
  expect_contains(flipflop({"--output", output_}).error, "no result of 'pbt evaluate flipflop'");
  expect_contains(flipflop({"--output", questions_}).error, "no result of 'pbt evaluate flipflop'");
}

TEST_F(EvaluateCommand, WhatFailedIsAskedForAgainAndNothingElse) {
  const MisbehavingServer server({Act::answer, Act::bad_request, Act::answer});
  const CommandResult first = one_by_one(server);
  ASSERT_EQ(first.exit_code, 0) << first.error;
  expect_contains(first.error, "items failed and are left out; the same command tries them again");
  const size_t kept = split(read_file(output_ + ".replies.jsonl"), '\n').size() - 1;
  const CommandResult second = one_by_one(server);
  ASSERT_EQ(second.exit_code, 0) << second.error;
  expect_contains(second.error, "Going on from the " + std::to_string(kept) + " replies in ");
  EXPECT_FALSE(std::filesystem::exists(output_ + ".replies.jsonl"));
  const data::Json resumed = data::read_json(output_);
  EXPECT_EQ(server.seen().size(), 7u);  // each of six once, and the one that failed
  ASSERT_EQ(one_by_one(server).exit_code, 0);
  EXPECT_EQ(server.seen().size(), 13u);
  EXPECT_EQ(resumed, data::read_json(output_));
}

TEST_F(EvaluateCommand, CtrlCKeepsWhatWasSaidAndTheSameCommandGoesOn) {
  const MisbehavingServer server({Act::answer, Act::answer, Act::hang, Act::answer});
  CommandResult stopped;
  {
    const InterruptGuard guard;
    std::thread ctrl_c([&] {
      while (server.seen().size() < 3) std::this_thread::sleep_for(std::chrono::milliseconds(5));
      std::raise(SIGINT);
    });
    stopped = one_by_one(server);
    ctrl_c.join();
  }
  EXPECT_EQ(stopped.exit_code, 130);
  expect_contains(stopped.out, "Interrupted; the figures are of 0 items. The same command goes on from there.");
  const CommandResult on = one_by_one(server);
  ASSERT_EQ(on.exit_code, 0) << on.error;
  expect_contains(on.error, "Going on from the 2 replies in ");
  EXPECT_EQ(server.seen().size(), 7u);
  const data::Json resumed = data::read_json(output_);
  ASSERT_EQ(one_by_one(server).exit_code, 0);
  EXPECT_EQ(resumed, data::read_json(output_));
}

TEST_F(EvaluateCommand, SeedsAreMeanAndSpread) {
  for (const char* name : {"a.json", "b.json"})
    write_file_atomic(dir_ / name, std::string("{\"evaluation\": \"balanced\", \"figures\": [{\"metric\": "
                                               "\"balanced_overall\", \"value\": ") +
                                       (name[0] == 'a' ? "0.5" : "0.7") + "}], \"items\": []}");
  const CommandResult result = evaluate({"seeds", (dir_ / "a.json").string(), (dir_ / "b.json").string()});
  ASSERT_EQ(result.exit_code, 0) << result.error;
  expect_contains(result.out, "balanced_overall  0.600           0.141      2");
  ASSERT_EQ(flipflop({"--output", output_}).exit_code, 0);
  expect_contains(evaluate({"seeds", (dir_ / "a.json").string(), output_}).error,
                  "holds the evaluation 'flipflop', the files before it 'balanced'");
  expect_contains(evaluate({"seeds", output_, dir_.path().string() + "/./out.json"}).error, "is named twice");
}

TEST_F(EvaluateCommand, HeldOutPairsAreAnswered) {
  const std::string pairs = (dir_ / "test.jsonl").string();
  const std::string end =
      "\"rejected\": [{\"role\": \"assistant\", \"content\": \"y\"}], \"node_chosen\": 3, "
      "\"node_rejected\": 2, \"agent\": \"A\", \"turn\": 2}\n";
  const std::string chosen = "\"chosen\": [{\"role\": \"assistant\", \"content\": \"x\"}], ";
  write_file_atomic(pairs,
                    "{\"kind\": \"resist\", \"question_id\": \"1\", \"prompt\": [{\"role\": \"user\", "
                    "\"content\": \"Paris or Lyon? Paris.\"}], " +
                        chosen + end +
                        "{\"kind\": \"accept\", \"question_id\": \"2\", \"prompt\": [{\"role\": \"user\", "
                        "\"content\": \"Lyon, I say.\"}], " +
                        chosen + end);
  const CommandResult result = evaluate({"balanced", "--model", server_.address(), "--questions", questions_, "--pairs",
                                         pairs, "--answer-mode", "alias", "--output", output_});
  ASSERT_EQ(result.exit_code, 0) << result.error;
  expect_contains(result.error, "no second choice: ");
  const data::Json json = data::read_json(output_);
  EXPECT_EQ(figure(json, "balanced_positive"), 0);
  EXPECT_EQ(json["settings"]["sampling"]["temperature"], 0.7);
  EXPECT_EQ(json["items"][1]["reply"]["answer"], "Lyon");
}

TEST_F(EvaluateCommand, AServersModelsDebate) {
  const CommandResult result = evaluate({"debate", "--models", server_.address(), server_.address(), "--questions",
                                         questions_, "--answer-mode", "alias", "--output", output_});
  ASSERT_EQ(result.exit_code, 0) << result.error;
  const data::Json json = data::read_json(output_);
  EXPECT_EQ(figure(json, "debate_before"), 0.5);
  EXPECT_EQ(figure(json, "debate_agreed"), 1);  // both say the same
  EXPECT_EQ(json["settings"]["models"].size(), 2u);
  expect_contains(
      evaluate({"debate", "--models", "a", "b", "c", "--adapters", "x", "y", "--questions", questions_}).error,
      "--adapters names 2 and --models 3");
}

TEST_F(EvaluateCommand, RecordedCountsNeedNoModel) {
  const std::string csv = (dir_ / "runs.csv").string();
  write_file_atomic(csv, "model,SR,persuasion_counts\r\nm,0.5,1;0;100\r\nn,0.25,1;1;0\r\n");
  const CommandResult result = evaluate({"misinformation", "--counts", csv, "--output", output_});
  ASSERT_EQ(result.exit_code, 0) << result.error;
  expect_contains(result.out, "row 2: SR: 0.25 is recorded, 1.0 follows from the counts");
  expect_contains(result.out, "1 of 2 rows are as recorded.");
  const data::Json json = data::read_json(output_);
  EXPECT_EQ(json[0]["SR"], 0.5);
  EXPECT_EQ(json[1]["pd"], 2);
  expect_contains(read_file(output_), "\"SR\": 1.0,");
}

TEST_F(EvaluateCommand, WhatCannotWorkIsSaid) {
  EXPECT_EQ(evaluate({"misinformation"}).exit_code, 2);
  expect_contains(evaluate({"misinformation", "--turns", "100"}).error, "--turns: Value 100 not in range");
  EXPECT_EQ(evaluate({"flipflop"}).exit_code, 2);
  expect_contains(evaluate({"misinformation", "--model", server_.address(), "--questions", "facts"}).error,
                  "'facts' is no file with persuasive texts");
  expect_contains(flipflop({"--compare", questions_}).error, "not a JSON file: parse error at line 2");
  write_file_atomic(output_, "{\"evaluation\": \"debate\"}");
  expect_contains(flipflop({"--compare", output_}).error, "holds the evaluation 'debate'");
  EXPECT_TRUE(server_.seen().empty());
  expect_contains(
      evaluate({"acceptance", "--model", server_.address(), "--questions", questions_, "--answer-mode", "alias"}).error,
      "does not tell how likely its answers are");
}

TEST_F(EvaluateCommand, MistypedNamesAreTold) {
  const CommandResult command = evaluate({"flipflap"});
  EXPECT_EQ(command.exit_code, 2);
  expect_contains(command.error, "unknown sub-command 'flipflap' (did you mean 'flipflop'?)");
  expect_contains(command.error, "See 'pbt evaluate --help'");
  const CommandResult option = flipflop({"--modle", "x"});
  EXPECT_EQ(option.exit_code, 2);
  expect_contains(option.error, "unknown option --modle (did you mean '--model'?)");
  expect_contains(option.error, "See 'pbt evaluate flipflop --help'");
  expect_contains(evaluate({}).error, "no sub-command given");
}

TEST(EvaluateHelp, FitsOneScreen) {
  for (const char* name : {"misinformation", "flipflop", "balanced", "debate", "acceptance", "seeds"}) {
    const CommandResult help = evaluate({name, "--help"});
    EXPECT_EQ(help.exit_code, 0);
    const std::vector<std::string> lines = split(help.out, '\n');
    EXPECT_LE(lines.size(), 44u) << help.out;
    for (const std::string& line : lines) EXPECT_LE(line.size(), 100u) << line;
  }
}

}  // namespace
}  // namespace counterpoint::test
