#include "counterpoint/data/csv.h"

#include "counterpoint/core/files.h"
#include "tests/support/support.h"

namespace counterpoint::data {
namespace {

class CsvFile : public testing::Test {
 protected:
  Csv read(const std::string& text) {
    write_file_atomic(dir_ / "x.csv", text);
    return read_csv(dir_ / "x.csv");
  }
  std::string error(const std::string& text) {
    return test::error_of([&] { read(text); });
  }
  test::ScratchDir dir_;
};

TEST_F(CsvFile, RowsAndTheirLines) {
  const Csv csv = read("a,b\r\n1,2\r\n\r\n3,\r\n");
  EXPECT_EQ(csv.columns, (std::vector<std::string>{"a", "b"}));
  ASSERT_EQ(csv.rows.size(), 2u);
  EXPECT_EQ(csv.rows[0].cells, (std::vector<std::string>{"1", "2"}));
  EXPECT_EQ(csv.rows[1].cells, (std::vector<std::string>{"3", ""}));
  EXPECT_EQ(csv.rows[1].line, 4);
}

TEST_F(CsvFile, QuotesHoldCommasNewlinesAndQuotes) {
  const Csv csv = read("a,b\n\"1,\n\"\"2\"\"\",x\nlast,row");
  EXPECT_EQ(csv.rows[0].cells, (std::vector<std::string>{"1,\n\"2\"", "x"}));
  EXPECT_EQ(csv.rows[1].cells, (std::vector<std::string>{"last", "row"}));
  EXPECT_EQ(csv.rows[1].line, 4);
}

TEST_F(CsvFile, DamageIsNamedByLine) {
  test::expect_contains(error("a,b\n1,2\n1,2,3\n"), "x.csv:3: 3 cells, 2 were expected");
  test::expect_contains(error("a,b\n1,\"2\n"), "x.csv:2: a quote is opened and never closed");
  test::expect_contains(error("a,b\n1,\"2\"x\n"), "x.csv:2: the separator or the line's end");
  test::expect_contains(error("\n"), "the file is empty");
}

}  // namespace
}  // namespace counterpoint::data
