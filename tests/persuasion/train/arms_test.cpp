#include "counterpoint/persuasion/train/arms.h"

#include <algorithm>
#include <map>
#include <set>

#include "counterpoint/core/random.h"
#include "tests/support/support.h"

namespace counterpoint::persuasion {
namespace {
using test::error_of;
using test::expect_contains;

PreferenceRow row_of(PairKind kind, const std::string& question, int number) {
  PreferenceRow row;
  row.text = {.prompt = {{"user", "Question " + question}},
              .chosen = fmt::format("yes {} {}", name_of(kind), number),
              .rejected = "no",
              .kind = kind,
              .question_id = question};
  row.tokens.id = fmt::format("pairs.jsonl:{}", number);
  return row;
}

/// `accept` and `resist` pairs over 10 questions, the first questions having most.
std::vector<PreferenceRow> rows_of(int accept, int resist) {
  std::vector<PreferenceRow> rows;
  for (int i = 0; i < accept; ++i) rows.push_back(row_of(PairKind::accept, fmt::format("q{}", i * i % 10), i));
  for (int i = 0; i < resist; ++i) rows.push_back(row_of(PairKind::resist, fmt::format("q{}", i * i % 10), 100 + i));
  return rows;
}

std::vector<std::string> texts_of(const std::vector<PreferenceRow>& rows, Arm arm, Match match = Match::total) {
  std::vector<std::string> out;
  for (const size_t row : rows_of_arm(rows, arm, match))
    out.push_back(rows[row].text.prompt[0].content + ": " + rows[row].text.chosen);
  return out;
}

std::array<std::int64_t, 2> kinds_of(const std::vector<PreferenceRow>& rows, Arm arm, Match match) {
  std::array<std::int64_t, 2> count{};
  for (const size_t row : rows_of_arm(rows, arm, match)) ++count[rows[row].text.kind == PairKind::resist];
  return count;
}

using Counts = std::array<std::int64_t, 2>;  // accept, resist

TEST(Arms, MatchedArmsHaveTheSameNumberOfPairs) {
  const auto rows = rows_of(31, 47);
  EXPECT_EQ(kinds_of(rows, Arm::accept, Match::total), (Counts{30, 0}));
  EXPECT_EQ(kinds_of(rows, Arm::resist, Match::total), (Counts{0, 30}));
  EXPECT_EQ(kinds_of(rows, Arm::pbt, Match::total), (Counts{15, 15}));
}

TEST(Arms, UnmatchedArmsHaveAllOfTheirKinds) {
  const auto rows = rows_of(31, 47);
  EXPECT_EQ(kinds_of(rows, Arm::accept, Match::none), (Counts{31, 0}));
  EXPECT_EQ(kinds_of(rows, Arm::resist, Match::none), (Counts{0, 47}));
  EXPECT_EQ(kinds_of(rows, Arm::pbt, Match::none), (Counts{31, 47}));
}

TEST(Arms, AKindThatAnArmNeedsMustBeThere) {
  for (const Match match : {Match::total, Match::none})
    for (const auto& [accept, resist, arm] :
         {std::tuple{0, 4, Arm::pbt}, std::tuple{4, 0, Arm::pbt}, std::tuple{0, 4, Arm::accept}})
      test::expect_contains(test::error_of([&] { rows_of_arm(rows_of(accept, resist), arm, match); }), "too few for");
}

TEST(Arms, TheOrderOfTheFileDoesNotCount) {
  auto rows = rows_of(31, 47);
  std::map<Arm, std::vector<std::string>> before;
  for (const Arm arm : {Arm::pbt, Arm::accept, Arm::resist}) before[arm] = texts_of(rows, arm);
  RandomStream random(5);
  std::shuffle(rows.begin(), rows.end(), random);
  for (const Arm arm : {Arm::pbt, Arm::accept, Arm::resist}) EXPECT_EQ(texts_of(rows, arm), before[arm]);
}

TEST(Arms, PairsOfPbtAreThoseOfTheOtherArms) {
  const auto rows = rows_of(31, 47);
  std::set<size_t> others;
  for (const Arm arm : {Arm::accept, Arm::resist}) {
    const auto chosen = rows_of_arm(rows, arm);
    others.insert(chosen.begin(), chosen.end());
  }
  for (const size_t row : rows_of_arm(rows, Arm::pbt)) EXPECT_TRUE(others.contains(row));
}

TEST(Arms, ChoicesSpreadOverQuestions) {
  std::vector<PreferenceRow> rows;  // one question with many pairs, nine with one each
  for (int i = 0; i < 40; ++i) rows.push_back(row_of(PairKind::accept, "often", i));
  for (int q = 0; q < 9; ++q) rows.push_back(row_of(PairKind::accept, fmt::format("q{}", q), 50 + q));
  for (int i = 0; i < 10; ++i) rows.push_back(row_of(PairKind::resist, "other", 60 + i));
  std::map<std::string, int> count;
  for (const size_t row : rows_of_arm(rows, Arm::accept)) ++count[rows[row].text.question_id];
  EXPECT_EQ(count.size(), 10u);
  EXPECT_EQ(count["often"], 1);
}

TEST(Arms, WhatIsMissingIsNamed) {
  auto rows = rows_of(5, 1);
  expect_contains(error_of([&] { rows_of_arm(rows, Arm::accept); }), "5 accept and 1 resist pairs: too few");
  EXPECT_EQ(rows_of_arm(rows, Arm::accept, Match::none).size(), 5u);
  EXPECT_EQ(rows_of_arm(rows_of(2, 3), Arm::pbt).size(), 2u);
  expect_contains(error_of([&] { rows_of_arm(rows_of(5, 0), Arm::resist, Match::none); }),
                  "too few for the arm 'resist'");
  rows[3].text.kind = std::nullopt;
  expect_contains(error_of([&] { rows_of_arm(rows, Arm::pbt); }), "pairs.jsonl:3: an arm is made of pairs whose");
}

TEST(Arms, Names) {
  for (const Arm arm : {Arm::pbt, Arm::accept, Arm::resist}) EXPECT_EQ(arm_named(name_of(arm)), arm);
  for (const Match match : {Match::total, Match::none}) EXPECT_EQ(match_named(name_of(match)), match);
  expect_contains(error_of([] { arm_named("acept"); }), "unknown arm 'acept' (did you mean 'accept'?)");
  expect_contains(error_of([] { match_named("sum"); }), "known: total, none");
}

}  // namespace
}  // namespace counterpoint::persuasion
