// Scripts that await one another, fail, and are given up while they wait.
#include "counterpoint/persuasion/evaluate/script.h"

#include <gtest/gtest.h>

#include <deque>
#include <string>

namespace counterpoint::persuasion {
namespace {

/// Answers when the test says so, or at once.
struct Source {
  std::deque<Awaited<int>::Done> waiting;
  bool at_once = false;

  Awaited<int> number() {
    return Awaited<int>([this](Awaited<int>::Done done) {
      if (at_once) return done(7, "");
      waiting.push_back(std::move(done));
    });
  }
  void answer(int value, const std::string& error = "") {
    const auto done = std::move(waiting.front());
    waiting.pop_front();
    done(value, error);
  }
};

Script add_one(Source& source, int& sum) { sum += co_await source.number(); }

Script add_two(Source& source, int& sum) {
  co_await add_one(source, sum);
  co_await add_one(source, sum);
}

Script add_together(Source& source, int& sum, int scripts) {
  std::vector<Script> all;
  for (int i = 0; i < scripts; ++i) all.push_back(add_one(source, sum));
  co_await together(std::move(all));
  sum = -sum;
}

TEST(Scripts, GoOnWhereTheyWaited) {
  Source source;
  int sum = 0;
  Script script = add_two(source, sum);
  EXPECT_TRUE(source.waiting.empty());
  script.start();
  source.answer(1);
  EXPECT_EQ(sum, 1);
  EXPECT_FALSE(script.done());
  source.answer(2);
  EXPECT_EQ(sum, 3);
  EXPECT_TRUE(script.done());
  EXPECT_FALSE(script.failure());
}

TEST(Scripts, AnAnswerThatIsThereAtOnceDoesNotHoldThemUp) {
  Source source;
  source.at_once = true;
  int sum = 0;
  Script script = add_together(source, sum, 1000);
  script.start();
  EXPECT_TRUE(script.done());
  EXPECT_EQ(sum, -7000);
}

TEST(Scripts, TogetherTheyWaitForTheLast) {
  Source source;
  int sum = 0;
  Script script = add_together(source, sum, 3);
  script.start();
  ASSERT_EQ(source.waiting.size(), 3u);
  source.answer(1);
  source.answer(2);
  EXPECT_FALSE(script.done());
  source.answer(4);
  EXPECT_TRUE(script.done());
  EXPECT_EQ(sum, -7);
}

TEST(Scripts, AFailureReachesWhoAwaits) {
  Source source;
  int sum = 0;
  Script script = add_together(source, sum, 2);
  script.start();
  source.answer(0, "out of reach");
  EXPECT_FALSE(script.done());  // the other one is still under way
  source.answer(5);
  ASSERT_TRUE(script.done());
  EXPECT_EQ(sum, 5);
  try {
    std::rethrow_exception(script.failure());
  } catch (const ItemFailed& failed) {
    EXPECT_EQ(failed.why, "out of reach");
  }
}

TEST(Scripts, WhatIsGivenUpIsNotCalledAnyMore) {
  Source source;
  int sum = 0;
  {
    Script script = add_together(source, sum, 2);
    script.start();
    source.answer(1);
  }
  source.answer(1);
  EXPECT_EQ(sum, 1);
}

}  // namespace
}  // namespace counterpoint::persuasion
