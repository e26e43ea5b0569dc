#include "counterpoint/data/toml.h"

#include "counterpoint/core/files.h"
#include "tests/support/support.h"

namespace counterpoint::data {
namespace {

Json parsed(const std::string& text) {
  const test::ScratchDir dir;
  write_file_atomic(dir / "x.toml", text);
  return read_toml(dir / "x.toml");
}

TEST(Toml, TextsStayTexts) {
  const Json json = parsed("title = \"2024\"\nsharp = \"photo #1: {}\" # told\nlist = [\"a #1\", \"b\"]\n");
  EXPECT_EQ(json.at("title"), "2024");
  EXPECT_EQ(json.at("sharp"), "photo #1: {}");
  EXPECT_EQ(json.at("list"), Json::parse(R"(["a #1", "b"])"));
}

TEST(Toml, NumbersKeepTheirKind) {
  const Json json = parsed("n = 3\nm = -3\nx = 1e-3\nyes = true\nseeds = [7]\n");
  EXPECT_TRUE(json.at("n").is_number_unsigned());
  EXPECT_EQ(json.at("m"), -3);
  EXPECT_EQ(json.at("x"), 1e-3);
  EXPECT_EQ(json.at("yes"), true);
  EXPECT_EQ(json.at("seeds"), Json::parse("[7]"));
}

TEST(Toml, TablesKeepTheFilesOrderAndMayBeEmpty) {
  const Json json = parsed("[arms.z]\n[arms.m]\nk = 1\n[arms.a]\n");
  std::vector<std::string> names;
  for (const auto& arm : json.at("arms").items()) names.push_back(arm.key());
  EXPECT_EQ(names, (std::vector<std::string>{"z", "m", "a"}));
  EXPECT_TRUE(json.at("arms").at("z").empty());
}

TEST(Toml, ErrorsNameTheLine) {
  test::expect_contains(test::error_of([] { parsed("a = 1\nb = \n"); }), "line 2");
  test::expect_contains(test::error_of([] { parsed("a = 1\na = 2\n"); }), "line 2");
  test::expect_contains(test::error_of([] { read_toml("none.toml"); }), "no such file");
}

}  // namespace
}  // namespace counterpoint::data
