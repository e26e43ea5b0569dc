// pbt generate and pbt ask, with a server as the model.
#include <algorithm>

#include "counterpoint/core/files.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/persuasion/tree_config.h"
#include "counterpoint/persuasion/tree_file.h"
#include "tests/commands/run_command.h"
#include "tests/support/misbehaving_server.h"
#include "tests/support/support.h"

namespace counterpoint::test {
namespace {

CommandResult run(std::vector<std::string> arguments) {
  return run_command(std::move(arguments), {commands::declare_ask, commands::declare_generate});
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

class GenerateAsk : public testing::Test {
 protected:
  void SetUp() override {
    // The server repeats the question, so that its answer is the word in it.
    write_file_atomic(questions_,
                      "{\"id\": \"1\", \"question\": \"Say Paris!\", \"answers\": [\"Paris\"], \"category\": \"x\"}\n"
                      "{\"id\": \"2\", \"question\": \"Say Lyon!\", \"answers\": [\"Nice\"], \"choices\": [\"Lyon\", "
                      "\"Nice\"], \"category\": \"y\"}\n");
  }

  CommandResult generate(const std::string& address, std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"generate",  "--questions", questions_,     "--agent-a", address,
                                       "--agent-b", address,       "--output-dir", folder_};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(std::move(arguments));
  }

  ScratchDir dir_;
  std::string questions_ = (dir_ / "questions.jsonl").string(), folder_ = (dir_ / "run").string();
};

TEST_F(GenerateAsk, TreesAreWrittenAndARunGoesOn) {
  const MisbehavingServer server({Act::answer});
  const CommandResult first = generate(server.address(), {"--answer-mode", "alias", "--limit", "1"});
  ASSERT_EQ(first.exit_code, 0) << first.error;
  EXPECT_TRUE(contains(first.out, "1 trees, 2 replies, 1 branches ended in agreement")) << first.out;
  const CommandResult second = generate(server.address(), {"--answer_mode=alias"});
  ASSERT_EQ(second.exit_code, 0) << second.error;
  EXPECT_TRUE(contains(second.error, "1 trees are there already")) << second.error;
  std::vector<std::string> answers;
  persuasion::read_trees(dir_ / "run" / "trees.jsonl", [&](const persuasion::Tree& tree, const data::RowPlace&) {
    answers.push_back(tree.nodes.back().answer);
  });
  std::sort(answers.begin(), answers.end());
  EXPECT_EQ(answers, (std::vector<std::string>{"Lyon", "Paris"}));
  const CommandResult other = generate(server.address(), {"--answer-mode", "alias", "--seed", "13"});
  EXPECT_EQ(other.exit_code, 1);
  EXPECT_TRUE(contains(other.error, "seed: 12 there, 13 now")) << other.error;
}

TEST_F(GenerateAsk, WhenEveryTreeFailsTheRunDoes) {
  const MisbehavingServer server({Act::unauthorized});
  const CommandResult result = generate(server.address(), {"--answer-mode", "alias"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_TRUE(contains(result.error, "question '1' failed: agent A at A#0: ")) << result.error;
  EXPECT_TRUE(contains(result.error, "none of 2 trees could be grown")) << result.error;
  EXPECT_EQ(read_file(dir_ / "run" / "trees.jsonl"), "");
}

TEST_F(GenerateAsk, OneBadAnswerFailsOneTree) {
  const MisbehavingServer server({Act::not_json, Act::answer});
  const CommandResult result =
      generate(server.address(), {"--answer-mode", "alias", "--concurrency", "1", "--trees-in-flight", "1"});
  EXPECT_EQ(result.exit_code, 0) << result.error;
  EXPECT_TRUE(contains(result.out, "1 trees failed and were not written")) << result.out;
  EXPECT_TRUE(contains(result.out, "1 trees, 2 replies")) << result.out;
}

TEST_F(GenerateAsk, WhatCannotWorkIsSaidBeforeAnythingRuns) {
  const MisbehavingServer server({Act::answer});
  EXPECT_TRUE(contains(generate(server.address()).error, "cannot read question '1', which has no choices"));
  EXPECT_TRUE(contains(generate("nowhere", {"--answer-mode", "alias"}).error, "no model 'nowhere'"));
  std::string tree = persuasion::default_tree_config_text();
  const std::string path = (dir_ / "tree.json").string();
  write_file_atomic(path, replace_all(tree, "\"resistant\"]", "\"resistent\"]"));
  const CommandResult unknown = generate(server.address(), {"--answer-mode", "alias", "--tree", path});
  EXPECT_TRUE(contains(unknown.error, path + ": turns[2].roles: unknown role 'resistent' (did you mean 'resistant'?)"))
      << unknown.error;
  write_file_atomic(path, replace_all(tree, "{\"agent\": \"B\", \"sees_others\": false}", "{\"agent\": \"C\"}"));
  const CommandResult third = generate(server.address(), {"--answer-mode", "alias", "--tree", path});
  EXPECT_TRUE(contains(third.error, "has agent C, but --agent-a and --agent-b give A and B only")) << third.error;
  EXPECT_EQ(generate(server.address(), {"--temperature", "-1"}).exit_code, 2);
  EXPECT_TRUE(server.seen().empty());
}

TEST_F(GenerateAsk, AskCountsByCategory) {
  const MisbehavingServer server({Act::answer});
  const std::string output = (dir_ / "rows.jsonl").string();
  const CommandResult result = run(
      {"ask", "--questions", questions_, "--model", server.address(), "--answer-mode", "alias", "--output", output});
  ASSERT_EQ(result.exit_code, 0) << result.error;
  EXPECT_TRUE(contains(result.out, "all       2   50.0 %")) << result.out;
  std::vector<bool> right;
  data::read_jsonl(output, [&](const data::Json& row, const data::RowPlace&) { right.push_back(row["correct"]); });
  EXPECT_EQ(right.size(), 2u);
  EXPECT_NE(right[0], right[1]);
}

TEST_F(GenerateAsk, AskDoesNotWriteOverOtherFiles) {
  const MisbehavingServer server({Act::answer});
  const auto ask = [&](const std::string& output) {
    return run(
        {"ask", "--questions", questions_, "--model", server.address(), "--answer-mode", "alias", "--output", output});
  };
  const std::string before = read_file(questions_);
  EXPECT_TRUE(contains(ask(questions_).error, "is there already, and no output of 'pbt ask'"));
  EXPECT_EQ(read_file(questions_), before);
  const std::string output = (dir_ / "rows.jsonl").string();
  EXPECT_EQ(ask(output).exit_code, 0);
  EXPECT_EQ(ask(output).exit_code, 0);
}

TEST(GenerateAskHelp, FitsOneScreen) {
  for (const char* command : {"generate", "ask"}) {
    const CommandResult help = run({command, "--help"});
    EXPECT_EQ(help.exit_code, 0);
    const std::vector<std::string> lines = split(help.out, '\n');
    EXPECT_LE(lines.size(), 41u) << help.out;
    for (const std::string& line : lines) EXPECT_LE(line.size(), 100u) << line;
  }
}

TEST(GenerateAskHelp, ThePrintedTreeIsTheShippedOne) {
  const CommandResult printed = run({"generate", "--print-tree"});
  EXPECT_EQ(printed.exit_code, 0);
  EXPECT_EQ(persuasion::tree_config_from_json(data::Json::parse(printed.out), "printed").hash(),
            persuasion::default_tree_config().hash());
}

}  // namespace
}  // namespace counterpoint::test
