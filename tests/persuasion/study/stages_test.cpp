// The stages of a study: what is done again, and what becomes of what was there.
#include "counterpoint/persuasion/study/stages.h"

#include "counterpoint/core/files.h"
#include "tests/support/support.h"

namespace counterpoint::persuasion {
namespace {

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

TEST(Stages, ForcedIsWhatANameBeginsWith) {
  EXPECT_TRUE(names_stage("arms", "arms/pbt-1"));
  EXPECT_TRUE(names_stage("arms/pbt-1", "arms/pbt-1"));
  EXPECT_TRUE(names_stage("evaluations/pbt-1", "evaluations/pbt-1/debate"));
  EXPECT_FALSE(names_stage("arms/pbt", "arms/pbt-1"));
}

TEST(Stages, WhatWasNotFinishedNeverTakesThePlaceOfWhatWas) {
  const test::ScratchDir scratch;
  const auto run = [&](const char* text, bool breaks) {
    Stages(scratch.path(), {"arms"}).run("arms/pbt-1", {{"seed", 1}}, [&](const std::filesystem::path& folder) {
      write_file_atomic(folder / "text", text);
      if (breaks) throw std::runtime_error("killed");
    });
  };
  run("first", false);
  EXPECT_THROW(run("half", true), std::runtime_error);
  EXPECT_EQ(read_file(scratch / "arms/pbt-1.before/text"), "first");
  run("second", false);
  EXPECT_EQ(read_file(scratch / "arms/pbt-1.before/text"), "first");
  EXPECT_EQ(read_file(scratch / "arms/pbt-1/text"), "second");
}

}  // namespace
}  // namespace counterpoint::persuasion
