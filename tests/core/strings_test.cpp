#include "counterpoint/core/strings.h"

#include "tests/support/support.h"

namespace counterpoint {
namespace {

using Parts = std::vector<std::string>;

TEST(Strings, TrimTakesAsciiWhiteSpaceOffBothEnds) {
  EXPECT_EQ(trim(" \t\r\n\f\v a b \n"), "a b");
  EXPECT_EQ(trim("  \n"), "");
  EXPECT_EQ(trim(""), "");
  EXPECT_EQ(trim("\xC2\xA0x"), "\xC2\xA0x");  // a no-break space is text
}

TEST(Strings, SplitKeepsEmptyParts) {
  EXPECT_EQ(split("a,,b,", ','), (Parts{"a", "", "b", ""}));
  EXPECT_EQ(split("", ','), Parts{""});
  EXPECT_EQ(split("abc", ','), Parts{"abc"});
}

TEST(Strings, ReplaceAllDoesNotReplaceWhatItPutIn) {
  EXPECT_EQ(replace_all("a.a.", "a", "aa"), "aa.aa.");
  EXPECT_EQ(replace_all("aaa", "aa", "b"), "ba");
  EXPECT_EQ(replace_all("abc", "b", ""), "ac");
  EXPECT_EQ(replace_all("abc", "", "x"), "abc");
}

TEST(Strings, LowerCaseLeavesOtherLettersAlone) { EXPECT_EQ(to_lower_ascii("AZ[\xC3\x84@"), "az[\xC3\x84@"); }

TEST(Strings, EditDistance) {
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("abc", ""), 3u);
  EXPECT_EQ(edit_distance("flaw", "lawn"), 2u);
  EXPECT_EQ(edit_distance("same", "same"), 0u);
  EXPECT_EQ(edit_distance("aks", "ask"), 1u);
  EXPECT_EQ(edit_distance("traes", "trees"), 1u);
  EXPECT_EQ(edit_distance("tares", "treas"), 2u);
}

// Published values of 64-bit FNV-1a. Splits of questions hang on them.
TEST(Strings, StableHashIsFnv1a) {
  EXPECT_EQ(stable_hash(""), 0xcbf29ce484222325ULL);
  EXPECT_EQ(stable_hash("a"), 0xaf63dc4c8601ec8cULL);
  EXPECT_EQ(stable_hash("foobar"), 0x85944171f73967e8ULL);
}

TEST(Strings, DurationsAsPeopleSayThem) {
  EXPECT_EQ(human_duration(0), "0.0 s");
  EXPECT_EQ(human_duration(1.24), "1.2 s");
  EXPECT_EQ(human_duration(59.94), "59.9 s");
  EXPECT_EQ(human_duration(59.96), "1 min 00 s");
  EXPECT_EQ(human_duration(185), "3 min 05 s");
  EXPECT_EQ(human_duration(3599.7), "1 h 00 min");
  EXPECT_EQ(human_duration(2 * 3600 + 10 * 60 + 59), "2 h 10 min");
}

struct Sample {
  char32_t code_point;
  std::string bytes;
};

// The first and the last code point of each length, and the neighbours of the surrogates.
const Sample samples[] = {{0, std::string(1, '\0')},     {0x7F, "\x7F"},           {0x80, "\xC2\x80"},
                          {0x7FF, "\xDF\xBF"},           {0x800, "\xE0\xA0\x80"},  {0xD7FF, "\xED\x9F\xBF"},
                          {0xE000, "\xEE\x80\x80"},      {0xFFFF, "\xEF\xBF\xBF"}, {0x10000, "\xF0\x90\x80\x80"},
                          {0x10FFFF, "\xF4\x8F\xBF\xBF"}};

TEST(Utf8, IsWrittenAndReadBack) {
  for (const auto& [code_point, bytes] : samples) {
    std::string written;
    append_utf8(written, code_point);
    EXPECT_EQ(written, bytes) << static_cast<unsigned>(code_point);
    size_t position = 0;
    EXPECT_EQ(next_utf8(bytes, position), code_point);
    EXPECT_EQ(position, bytes.size());
  }
}

TEST(Utf8, DamageCostsOneByteEach) {
  const std::string damaged[] = {
      "\x80",              // continuation without its lead
      "\xFF",              // never a lead
      "\xC0\xAF",          // '/' in two bytes
      "\xE0\x80\xAF",      // '/' in three
      "\xF0\x80\x80\xAF",  // '/' in four
      "\xED\xA0\x80",      // a surrogate
      "\xF4\x90\x80\x80",  // beyond U+10FFFF
      "\xF8\x88\x80\x80",  // five-byte form
      "\xE2\x82",          // cut off at the end
      "\xF0\x9F\x98",      // the same, four bytes
  };
  for (const std::string& bytes : damaged) {
    size_t position = 0;
    EXPECT_EQ(next_utf8(bytes, position), char32_t{0xFFFD});
    EXPECT_EQ(position, 1u);
    std::string marks;
    for (size_t i = 0; i < bytes.size(); ++i) marks += "\xEF\xBF\xBD";
    EXPECT_EQ(valid_utf8(bytes), marks);
  }
}

TEST(Utf8, DamageDoesNotSwallowWhatFollows) {
  EXPECT_EQ(valid_utf8("a\xE2\x82z"), "a\xEF\xBF\xBD\xEF\xBF\xBDz");
  EXPECT_EQ(valid_utf8("\xC3\xC3\xA4"), "\xEF\xBF\xBD\xC3\xA4");
  EXPECT_EQ(valid_utf8("gr\xC3\xBC\xC3\x9F \xF0\x9F\x98\x80"), "gr\xC3\xBC\xC3\x9F \xF0\x9F\x98\x80");
  EXPECT_EQ(valid_utf8(""), "");
}

}  // namespace
}  // namespace counterpoint
