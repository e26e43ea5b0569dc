// The stages of a study: what is done again, and what becomes of what was there.
#include "counterpoint/persuasion/study/stages.h"

#include "counterpoint/core/files.h"
#include "tests/support/support.h"

namespace counterpoint::persuasion {
namespace {

TEST(Stages, FinishedOnesAreNotDoneAgainUnlessInputsChange) {
  const test::ScratchDir scratch;
  int done = 0;
  const auto run = [&](const data::Json& inputs) {
    return Stages(scratch.path()).run("arms/pbt-1", inputs, [&](const std::filesystem::path& folder) {
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
  Stages(scratch.path()).make_again("arms/pbt-1");
  run({{"seed", 2}});
  EXPECT_EQ(done, 3);
}

TEST(Stages, WhatIsMadeAnewMakesLaterOnesAnew) {
  const test::ScratchDir scratch;
  int grown = 0;
  const auto run = [&] {
    Stages stages(scratch.path());
    const std::string questions = stages.run("questions", {{"seed", 1}}, [](const std::filesystem::path&) {});
    stages.run("trees", {{"questions", questions}}, [&](const std::filesystem::path&) { ++grown; });
  };
  run();
  run();
  EXPECT_EQ(grown, 1);
  Stages(scratch.path()).make_again("questions");
  run();
  EXPECT_EQ(grown, 2);
}

TEST(Stages, WhatWasThereIsSetAsideAndTold) {
  const test::ScratchDir scratch;
  std::string told;
  const auto run = [&](int seed) {
    Stages(scratch.path(), [&](const std::string& line) {
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
    Stages(scratch.path()).run("trees", {{"seed", 1}}, [&](const std::filesystem::path& folder) {
      EXPECT_EQ(std::filesystem::exists(folder / "half"), !breaks);
      write_file_atomic(folder / "half", "");
      if (breaks) throw std::runtime_error("killed");
    });
  };
  EXPECT_THROW(run(true), std::runtime_error);
  run(false);
}

TEST(Stages, WhatWasNotFinishedNeverTakesThePlaceOfWhatWas) {
  const test::ScratchDir scratch;
  std::string told;
  const auto run = [&](const char* text, bool breaks) {
    Stages(scratch.path()).run("arms/pbt-1", {{"seed", 1}}, [&](const std::filesystem::path& folder) {
      write_file_atomic(folder / "text", text);
      if (breaks) throw std::runtime_error("killed");
    });
  };
  const auto again = [&] {
    Stages(scratch.path(), [&](const std::string& line) { told = line; }).make_again("arms/pbt-1");
  };
  again();  // nothing is there yet
  EXPECT_EQ(told, "");
  run("first", false);
  again();
  test::expect_contains(told, "what was there is in ");
  EXPECT_THROW(run("half", true), std::runtime_error);
  again();
  test::expect_contains(told, "pbt-1.before stays as it is, what was begun since is removed");
  EXPECT_EQ(read_file(scratch / "arms/pbt-1.before/text"), "first");
  run("second", false);
  EXPECT_EQ(read_file(scratch / "arms/pbt-1.before/text"), "first");
  EXPECT_EQ(read_file(scratch / "arms/pbt-1/text"), "second");
}

}  // namespace
}  // namespace counterpoint::persuasion
