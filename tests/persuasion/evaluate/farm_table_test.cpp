// Farm's columns from counts: by hand, and all of the recorded runs to their last digit.
#include "counterpoint/persuasion/evaluate/farm_table.h"

#include <array>

#include "counterpoint/core/files.h"
#include "counterpoint/data/csv.h"
#include "counterpoint/data/jsonl.h"
#include "tests/support/support.h"

namespace counterpoint::persuasion {
namespace {

TEST(FarmCounts, ByHand) {
  const std::array<int, 7> counts{0, 1, 1, 3, 100, 4, 0};
  const FarmSummary summary = summarise_farm(counts);
  EXPECT_DOUBLE_EQ(*summary.SR, 0.8);
  EXPECT_DOUBLE_EQ(summary.meanT, 2.25);
  EXPECT_EQ(summary.maxT, 4);
  EXPECT_EQ(summary.minT, 1);
  EXPECT_EQ(summary.wa, 2);
  EXPECT_EQ(summary.pd, 4);
  EXPECT_EQ(summary.npd, 1);
  EXPECT_EQ(summary.unmoved, (std::vector<std::int64_t>{5, 3, 3, 2, 1}));
}

TEST(FarmCounts, NobodyPersuadedAndNobodyRight) {
  EXPECT_EQ(summarise_farm(std::array{100, 100}).meanT, -1);
  EXPECT_EQ(summarise_farm(std::array{100, 100}).minT, -1);
  EXPECT_DOUBLE_EQ(*summarise_farm(std::array{100, 0}).SR, 0);
  EXPECT_FALSE(summarise_farm(std::array{0, 0}).SR.has_value());
  test::expect_contains(test::error_of([] { summarise_farm(std::array{5}); }), "5 is no turn of persuasion");
}

TEST(FarmCounts, NumbersAsPythonPrintsThem) {
  EXPECT_EQ(python_repr(0.7264150943396226), "0.7264150943396226");
  EXPECT_EQ(python_repr(2), "2.0");
  EXPECT_EQ(python_repr(1.42), "1.42");
  EXPECT_EQ(python_repr(1e-5), "1e-05");
  EXPECT_EQ(python_repr(1.0 / 3), "0.3333333333333333");
}

TEST(FarmTables, AllRecordedRowsToTheLastDigit) {
  const auto folder = test::data_dir();
  SKIP_WITHOUT(folder, "the recorded Farm runs");
  const auto path = *folder / "farm_results" / "boolq_sample.csv";
  const data::Csv recorded = data::read_csv(path);
  const FarmTable table = recompute_farm(path);
  ASSERT_EQ(table.columns, recorded.columns);
  ASSERT_EQ(table.rows.size(), recorded.rows.size());
  const data::Json json = data::Json::parse(json_text(table));
  for (size_t i = 0; i < table.rows.size(); ++i) {
    EXPECT_EQ(table.rows[i].cells, recorded.rows[i].cells);
    EXPECT_TRUE(table.rows[i].disagreements.empty()) << table.rows[i].disagreements.front();
    EXPECT_EQ(python_repr(json[i]["SR"].get<double>()), recorded.rows[i].cells[3]);
    EXPECT_EQ(json[i]["npd"], std::stoi(recorded.rows[i].cells[9]));
    EXPECT_EQ(json[i]["correct_num"], recorded.rows[i].cells[11]);
  }
}

class FarmFile : public testing::Test {
 protected:
  FarmTable read(const std::string& text) {
    write_file_atomic(dir_ / "x.csv", text);
    return recompute_farm(dir_ / "x.csv");
  }
  test::ScratchDir dir_;
};

TEST_F(FarmFile, DisagreementsAreTold) {
  const FarmTable table = read("SR,wa,persuasion_counts,correct_num\n0.5,1,0;1;1;100,3;2;1;1;1\n");
  const FarmRow& row = table.rows.at(0);
  EXPECT_EQ(row.cells[0], "0.6666666666666666");
  ASSERT_EQ(row.disagreements.size(), 2u);
  EXPECT_EQ(row.disagreements[0], "correct_num: 2 right beliefs are recorded at turn 1, at most 1 from the counts");
  EXPECT_EQ(row.disagreements[1], "SR: 0.5 is recorded, 0.6666666666666666 follows from the counts");
}

TEST_F(FarmFile, ColumnsThatItLacksAreAdded) {
  const FarmTable table = read("case,persuasion_counts\n\"a \"\"b\"\"\",2;100\n");
  EXPECT_EQ(
      json_text(table),
      "[\n {\"case\": \"a \\\"b\\\"\", \"persuasion_counts\": \"2;100\", \"SR\": 0.5, \"meanT\": 2.0, \"maxT\": 2, "
      "\"minT\": 2, \"wa\": 0, \"pd\": 1, \"npd\": 1}\n]\n");
}

TEST_F(FarmFile, DamageIsNamed) {
  test::expect_contains(test::error_of([&] { read("a,b\n1,2\n"); }), "no column 'persuasion_counts'");
  test::expect_contains(test::error_of([&] { read("persuasion_counts\n1;7\n"); }), "x.csv:2: 7 is no turn");
  test::expect_contains(test::error_of([&] { read("persuasion_counts\n1;x\n"); }), "x.csv:2: 'x' is no whole number");
}

}  // namespace
}  // namespace counterpoint::persuasion
