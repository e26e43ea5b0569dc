#include "counterpoint/text/unicode.h"

#include "counterpoint/text/decoder.h"
#include "counterpoint/text/pattern.h"
#include "tests/support/support.h"

namespace counterpoint::test {
namespace {

TEST(Unicode, LossyTextHasOneReplacementPerLongestDamagedSequence) {
  // The Unicode standard's own example (chapter 3.9, "U+FFFD Substitution of Maximal Subparts").
  EXPECT_EQ(text::lossy_utf8("\x61\xF1\x80\x80\xE1\x80\xC2\x62\x80\x63\x80\xBF\x64"),
            "a\uFFFD\uFFFD\uFFFDb\uFFFDc\uFFFD\uFFFDd");
  EXPECT_EQ(text::lossy_utf8("\xED\xA0\x80\xC0\xAF"), "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(text::lossy_utf8("whole \u4e16 \U0001F999"), "whole \u4e16 \U0001F999");
}

TEST(Unicode, StripsAsPythonDoes) {
  EXPECT_EQ(text::strip_space(" \t\n\x0b\x0c\r\x1c\x1d\x1e\x1f\u0085\u00a0\u2003\u3000x y\u2028 "), "x y");
  EXPECT_EQ(text::strip_space(" \u3000"), "");
  EXPECT_EQ(text::strip_space("\u200bx\u180e"), "\u200bx\u180e");
}

TEST(Unicode, NormalForms) {
  using Kind = text::Normalizer::Kind;
  EXPECT_EQ(text::normal_form("e\u0301 \u2126 \ufb01", Kind::nfc), "\u00e9 \u03a9 \ufb01");
  EXPECT_EQ(text::normal_form("\u00e9", Kind::nfd), "e\u0301");
  EXPECT_EQ(text::normal_form("\ufb01 \u00bd", Kind::nfkc), "fi 1\u20442");
  EXPECT_EQ(text::normal_form(std::string("a\0b\u00e9", 5), Kind::nfd), std::string("a\0be\u0301", 6));
  EXPECT_EQ(text::to_lower("\u0130I\u03a3\u1e9e"), "i\u0307i\u03c3\u00df");
}

TEST(Unicode, EachByteHasItsStandIn) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string& spelled = text::byte_stand_in(static_cast<unsigned char>(byte));
    EXPECT_EQ(text::decode_tokens({spelled, "!"}, {{text::TextDecoder::Kind::byte_level, "", "", 0, 0}}),
              text::lossy_utf8(std::string{static_cast<char>(byte), '!'}));
  }
  EXPECT_EQ(text::byte_stand_in(' '), "\u0120");
  EXPECT_EQ(text::byte_of_stand_in(0x4e16), std::nullopt);
}

TEST(Decoder, MetaspaceDropsTheMarksOfTheFirstToken) {
  const std::vector<std::string> tokens{"\u2581\u2581a\u2581b", "\u2581c"};
  EXPECT_EQ(text::decode_tokens(tokens, {{text::TextDecoder::Kind::metaspace, "", "", 1, 0}}), "ab c");
  EXPECT_EQ(text::decode_tokens(tokens, {{text::TextDecoder::Kind::metaspace, "", "", 0, 0}}), "  a b c");
}

std::vector<std::string> matches(const char* expression, std::string_view text) {
  std::vector<std::string> found;
  text::Pattern(expression).for_each_match(text, [&](size_t begin, size_t end) {
    found.emplace_back(text.substr(begin, end - begin));
  });
  return found;
}

using Strings = std::vector<std::string>;

TEST(Pattern, WhiteSpaceIsUnicodesAndNoMore) {
  EXPECT_EQ(matches("\\s+", "a\u0085\u3000b\u180ec\u200bd\u2028"), (Strings{"\u0085\u3000", "\u2028"}));
  EXPECT_EQ(matches("[^\\s]+", "a b"), (Strings{"a", "b"}));
  EXPECT_EQ(matches("\\S+", "\u4e16\u3000\u754c"), (Strings{"\u4e16", "\u754c"}));
}

TEST(Pattern, EmptyMatchesArePassedOver) {
  EXPECT_EQ(matches("a*", "b\u00e9aab"), (Strings{"aa"}));
  EXPECT_EQ(text::Pattern("x*").replace("a\u00e9x", "-"), "a\u00e9-");
}

TEST(Pattern, QuotedTextMatchesItself) {
  const std::string text = "a.b*[c]\\Q^$|(){}?+\u00e9 #";
  EXPECT_EQ(matches(text::quoted_pattern(text).c_str(), "-" + text + "-"), (Strings{text}));
}

}  // namespace
}  // namespace counterpoint::test
