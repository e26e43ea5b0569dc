#include "counterpoint/persuasion/pair_selection.h"

#include <algorithm>
#include <set>

#include "counterpoint/data/jsonl.h"
#include "tests/support/support.h"

namespace counterpoint::persuasion {
namespace {

Pair pair_of(PairKind kind, const std::string& question, int number, bool higher_score = true) {
  return {.kind = kind,
          .question_id = question,
          .agent = "A",
          .turn = 2,
          .node_chosen = number,
          .node_rejected = number + 1,
          .higher_score = higher_score,
          .prompt = {{"user", "Question " + question}},
          .chosen = fmt::format("yes {} {}", name_of(kind), number),
          .rejected = "no"};
}

/// Rows of all splits as "kind question node", sorted.
std::vector<std::string> rows_of(const Selection& selection) {
  std::vector<std::string> out;
  for (const auto& rows : selection.rows)
    for (const Pair* p : rows) out.push_back(fmt::format("{} {} {}", name_of(p->kind), p->question_id, p->node_chosen));
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<Pair> many_pairs() {
  std::vector<Pair> pairs;
  for (int q = 0; q < 200; ++q)
    for (int i = 0; i < 1 + q % 4; ++i) {
      pairs.push_back(pair_of(PairKind::resist, fmt::format("q{}", q), 10 * i));
      if (q % 3 == 0) pairs.push_back(pair_of(PairKind::accept, fmt::format("q{}", q), 10 * i + 5));
    }
  return pairs;
}

void expect_proportions(const std::vector<std::string>& ids) {
  std::array<double, 3> count{};
  for (const std::string& id : ids) count[static_cast<size_t>(split_of(id))] += 1;
  const auto n = static_cast<double>(ids.size());
  const auto four_sigma = [&](double p) { return 4 * std::sqrt(p * (1 - p) * n); };
  EXPECT_NEAR(count[0], 0.70 * n, four_sigma(0.70));
  EXPECT_NEAR(count[1], 0.15 * n, four_sigma(0.15));
  EXPECT_NEAR(count[2], 0.15 * n, four_sigma(0.15));
}

TEST(Split, SeventyFifteenFifteenOnCountedIds) {
  for (const char* form : {"q{}", "{}", "capitals-{:04}", "tc_{}", "sfq_{}--a-long-tail-that-is-always-the-same"}) {
    std::vector<std::string> ids;
    for (int i = 0; i < 5000; ++i) ids.push_back(fmt::format(fmt::runtime(form), i));
    expect_proportions(ids);
  }
}

TEST(Split, SeventyFifteenFifteenOnRealIds) {
  const auto data = test::data_dir();
  SKIP_WITHOUT(data, "the data folder");
  for (const auto& [file, key] : {std::pair{"triviaqa.jsonl", "question_id"}, {"commonsense_qa.jsonl", "query"}}) {
    std::vector<std::string> ids;
    data::read_jsonl(*data / "qa" / file,
                     [&](const data::Json& row, const data::RowPlace&) { ids.push_back(row.at(key).dump()); });
    ASSERT_GT(ids.size(), 1000u);
    expect_proportions(ids);
  }
}

TEST(Split, IsPinned) {
  // A change here would move questions between splits of data sets that people have.
  std::string got;
  for (int i = 0; i < 24; ++i) got += name_of(split_of(fmt::format("q{}", i)))[1];
  EXPECT_EQ(got, "erarrarrrraeraearrrerrra");
}

TEST(Selection, BalancedInEverySplit) {
  const std::vector<Pair> pairs = many_pairs();
  const Selection selection = select_pairs(pairs, {}, {});
  for (const auto& rows : selection.rows) {
    const auto resist =
        std::count_if(rows.begin(), rows.end(), [](const Pair* p) { return p->kind == PairKind::resist; });
    EXPECT_GT(resist, 0);
    EXPECT_EQ(resist * 2, std::ssize(rows));
  }
  EXPECT_EQ(selection.count(PairKind::accept).before, selection.count(PairKind::accept).after);
  EXPECT_GT(selection.count(PairKind::resist).before, selection.count(PairKind::resist).after);
  EXPECT_EQ(selection.count(PairKind::resist, 2).after, selection.count(PairKind::resist).after);
  EXPECT_EQ(selection.count(PairKind::resist, 3).before, 0);
}

TEST(Selection, WithoutBalanceEverythingStays) {
  const std::vector<Pair> pairs = many_pairs();
  EXPECT_EQ(rows_of(select_pairs(pairs, {}, {.balance = false})).size(), pairs.size());
}

TEST(Selection, TrimmingSpreadsOverQuestions) {
  // One question with fifty resist pairs, thirty with one, thirty accept pairs elsewhere; all in one split.
  std::vector<Pair> pairs;
  std::vector<std::string> ids;
  for (int i = 0; ids.size() < 61; ++i)
    if (split_of(fmt::format("q{}", i)) == Split::train) ids.push_back(fmt::format("q{}", i));
  for (int i = 0; i < 50; ++i) pairs.push_back(pair_of(PairKind::resist, ids[0], i));
  for (int i = 1; i <= 30; ++i) pairs.push_back(pair_of(PairKind::resist, ids[i], 0));
  for (int i = 31; i <= 60; ++i) pairs.push_back(pair_of(PairKind::accept, ids[i], 0));
  std::multiset<std::string> questions;
  const auto selected = select_pairs(pairs, {}, {});
  for (const Pair* p : selected.rows[0])
    if (p->kind == PairKind::resist) questions.insert(p->question_id);
  EXPECT_EQ(questions.size(), 30u);
  EXPECT_LE(questions.count(ids[0]), 1u);
}

TEST(Selection, OrderOfInputDoesNotMatter) {
  std::vector<Pair> pairs = many_pairs();
  const auto expected = rows_of(select_pairs(pairs, {}, {}));
  std::reverse(pairs.begin(), pairs.end());
  EXPECT_EQ(rows_of(select_pairs(pairs, {}, {})), expected);
  std::rotate(pairs.begin(), pairs.begin() + 77, pairs.end());
  EXPECT_EQ(rows_of(select_pairs(pairs, {}, {})), expected);
}

TEST(Selection, DuplicatesAreDropped) {
  std::vector<Pair> pairs{pair_of(PairKind::resist, "q1", 0), pair_of(PairKind::resist, "q1", 0),
                          pair_of(PairKind::accept, "q1", 5)};
  pairs.push_back(pairs[0]);
  pairs.back().question_id = "q0";  // the same words under another id
  const Selection selection = select_pairs(pairs, {}, {.balance = false});
  EXPECT_EQ(selection.duplicates, 2);
  EXPECT_EQ(rows_of(selection), (std::vector<std::string>{"accept q1 5", "resist q0 0"}));
}

TEST(Selection, AnotherPromptIsNoDuplicate) {
  std::vector<Pair> pairs(2, pair_of(PairKind::resist, "q1", 0));
  pairs[1].prompt.push_back({"assistant", "Lyon."});
  EXPECT_EQ(select_pairs(pairs, {}, {.balance = false}).duplicates, 0);
}

TEST(Selection, ScoreRuleTurnsLowerScoresAway) {
  const std::vector<Pair> pairs{pair_of(PairKind::accept, "q1", 0, false), pair_of(PairKind::resist, "q1", 4)};
  EXPECT_EQ(rows_of(select_pairs(pairs, {}, {.rule = PairRule::labels})).size(), 2u);
  const Selection score = select_pairs(pairs, {}, {.rule = PairRule::score});
  EXPECT_EQ(score.lower_score, 1);
  EXPECT_TRUE(rows_of(score).empty());  // nothing is left to balance the resist pair with
  EXPECT_EQ(score.count(PairKind::resist).before, 1);
}

TEST(Selection, AQuestionUnderTwoIdsStaysInOneSplit) {
  QuestionGroups groups;
  std::vector<Pair> pairs;
  for (int i = 0; i < 40; ++i) {
    const std::string id = fmt::format("twin{}", i);
    groups.add(id, "What is the  capital of France");
    pairs.push_back(pair_of(PairKind::resist, id, i));
  }
  EXPECT_EQ(groups.repeated_texts(), 39);
  const Selection selection = select_pairs(pairs, groups, {.balance = false});
  EXPECT_EQ(selection.rows[static_cast<size_t>(split_of("twin0"))].size(), 40u);
}

TEST(QuestionGroups, ByIdAndByTextTransitively) {
  const auto representative_of_d = [](std::vector<std::pair<std::string, std::string>> questions) {
    QuestionGroups groups;
    for (const auto& [id, text] : questions) groups.add(id, text);
    EXPECT_EQ(groups.ids(), 4);
    EXPECT_EQ(groups.reused_ids(), 1);
    return groups.representative("d");
  };
  std::vector<std::pair<std::string, std::string>> questions{{"d", "Capital of France?"},
                                                             {"c", "capital of FRANCE"},
                                                             {"c", "Who wrote Emma?"},
                                                             {"a", "Who wrote 'Emma'"},
                                                             {"b", "Else?"}};
  EXPECT_EQ(representative_of_d(questions), "a");
  std::reverse(questions.begin(), questions.end());
  EXPECT_EQ(representative_of_d(questions), "a");
}

TEST(QuestionGroups, OtherScriptsAreNotTheSameQuestion) {
  QuestionGroups groups;
  groups.add("a", "フランスの首都は?");
  groups.add("b", "日本の首都は?");
  EXPECT_EQ(groups.representative("b"), "b");
  EXPECT_EQ(groups.representative("never added"), "never added");
  EXPECT_EQ(groups.repeated_texts(), 0);
}

}  // namespace
}  // namespace counterpoint::persuasion
