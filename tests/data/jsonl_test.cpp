#include "counterpoint/data/jsonl.h"

#include "counterpoint/core/files.h"
#include "tests/support/support.h"

namespace counterpoint::data {
namespace {

using test::error_of;
using test::ScratchDir;

struct Read {
  std::vector<Json> rows;
  std::vector<std::int64_t> lines;
  std::vector<std::string> bad;
};

Read read_all(const std::filesystem::path& path, bool skip_bad) {
  Read read;
  const auto row = [&](Json value, const RowPlace& place) {
    EXPECT_EQ(place.file, path);
    read.rows.push_back(std::move(value));
    read.lines.push_back(place.line);
  };
  const auto bad = [&](const RowPlace& place, const std::string& why) {
    read.bad.push_back(place.text() + ": " + why);
  };
  skip_bad ? read_jsonl(path, row, bad) : read_jsonl(path, row);
  return read;
}

TEST(Jsonl, RowsKnowTheirLines) {
  const ScratchDir dir;
  write_file_atomic(dir / "x.jsonl", "{\"a\": 1}\r\n\n  \t\n[2]\n\"three\"");
  const Read read = read_all(dir / "x.jsonl", false);
  EXPECT_EQ(read.rows, (std::vector<Json>{Json{{"a", 1}}, Json::array({2}), "three"}));
  EXPECT_EQ(read.lines, (std::vector<std::int64_t>{1, 4, 5}));
}

TEST(Jsonl, AnEmptyFileHasNoRows) {
  const ScratchDir dir;
  write_file_atomic(dir / "x.jsonl", "");
  EXPECT_TRUE(read_all(dir / "x.jsonl", false).rows.empty());
}

TEST(Jsonl, AByteOrderMarkIsNoDamage) {
  const ScratchDir dir;
  write_file_atomic(dir / "x.jsonl", "\xEF\xBB\xBF{\"a\": 1}\n");
  EXPECT_EQ(read_all(dir / "x.jsonl", false).rows.size(), 1u);
}

TEST(Jsonl, ABadLineIsNamed) {
  const ScratchDir dir;
  const std::string path = (dir / "x.jsonl").string();
  write_file_atomic(path, "{\"a\": 1}\n\n{\"b\": }\n");
  const std::string message = error_of([&] { read_all(path, false); });
  EXPECT_TRUE(message.starts_with(path + ":3: not a JSON value: parse error at column 7: ")) << message;
}

TEST(Jsonl, BadLinesCanBeSkippedAndCounted) {
  const ScratchDir dir;
  const std::string path = (dir / "x.jsonl").string();
  write_file_atomic(path, "1\n{oops}\n3\n{\"cut\": \"of");
  const Read read = read_all(path, true);
  EXPECT_EQ(read.rows, (std::vector<Json>{1, 3}));
  ASSERT_EQ(read.bad.size(), 2u);
  EXPECT_TRUE(read.bad[0].starts_with(path + ":2: not a JSON value: ")) << read.bad[0];
  EXPECT_TRUE(read.bad[1].starts_with(path + ":4: not a JSON value: ")) << read.bad[1];
}

TEST(Jsonl, MessagesAboutDamagedTextAreText) {
  const ScratchDir dir;
  write_file_atomic(dir / "x.jsonl", "\"a\xFF\"\n");
  const std::string message = error_of([&] { read_all(dir / "x.jsonl", false); });
  EXPECT_NE(message.find("\xEF\xBF\xBD"), std::string::npos) << message;
  EXPECT_EQ(message.find('\xFF'), std::string::npos) << message;
}

TEST(Jsonl, WhatARowsReaderThrowsIsNotABadLine) {
  const ScratchDir dir;
  write_file_atomic(dir / "x.jsonl", "1\n2\n");
  int bad = 0;
  const std::string message = error_of([&] {
    read_jsonl(
        dir / "x.jsonl", [](Json, const RowPlace& place) { fail("{}: no question", place.line); },
        [&](const RowPlace&, const std::string&) { ++bad; });
  });
  EXPECT_EQ(message, "1: no question");
  EXPECT_EQ(bad, 0);
}

TEST(Jsonl, AMissingFileIsAnError) {
  const ScratchDir dir;
  EXPECT_NE(error_of([&] { read_all(dir / "none", true); }).find("cannot open"), std::string::npos);
}

TEST(Json, LinesKeepTheOrderOfKeysAndHoldNoNewline) {
  const Json value{{"z", "two\nlines"}, {"a", "\xC3\xA4"}};
  EXPECT_EQ(to_line(value), "{\"z\":\"two\\nlines\",\"a\":\"\xC3\xA4\"}");
}

TEST(Json, DamagedTextIsReplacedWhenWritten) { EXPECT_EQ(to_line("a\xFFz"), "\"a\xEF\xBF\xBDz\""); }

TEST(Json, WrittenLinesAreReadBack) {
  const ScratchDir dir;
  const Json value{{"nothing", nullptr}, {"number", 0.1}, {"list", {1, true, "\t\"\\"}}};
  write_file_atomic(dir / "x.jsonl", to_line(value) + "\n");
  EXPECT_EQ(read_all(dir / "x.jsonl", false).rows, std::vector<Json>{value});
}

TEST(Json, AFileThatIsNoneSaysWhere) {
  const ScratchDir dir;
  const std::string path = (dir / "x.json").string();
  write_file_atomic(path, "{\n  \"a\": 1,\n}");
  const std::string message = error_of([&] { read_json(path); });
  EXPECT_TRUE(message.starts_with(path + ": not a JSON file: parse error at line 3, column 1: ")) << message;
  write_file_atomic(path, "{\n  \"a\": [1, 2]}\n");
  EXPECT_EQ(read_json(path), (Json{{"a", {1, 2}}}));
}

TEST(Jsonl, WhatIsNestedTooDeeplyIsRefused) {
  const test::ScratchDir dir;
  const auto nested = [](size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  write_file_atomic(dir / "deep.json", nested(100'000));
  test::expect_contains(test::error_of([&] { read_json(dir / "deep.json"); }), "nested more than 200 deep");
  write_file_atomic(dir / "fine.json", nested(150));
  EXPECT_TRUE(read_json(dir / "fine.json").is_array());
  EXPECT_NO_THROW(check_json_depth("\"" + std::string(1000, '[') + "\\\"[\""));  // in a text they are characters
}

}  // namespace
}  // namespace counterpoint::data
