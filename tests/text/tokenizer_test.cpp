// Input that tries a tokenizer: bytes that are no text, very long words, continuations, threads.
#include "counterpoint/text/tokenizer.h"

#include <chrono>
#include <thread>

#include "tests/text/golden_strings.h"

namespace counterpoint::test {
namespace {

std::unique_ptr<text::Tokenizer> small(const std::string& name) {
  return text::load_tokenizer(golden("text/small_" + name + ".tokenizer.json"));
}

TEST(Tokenizer, EachDamagedByteIsReadAsTheReplacementCharacter) {
  const auto tokenizer = small("splits");
  const std::pair<std::string, std::string> cases[] = {
      {"a\xFFz", "a\uFFFDz"},
      {"\xC3", "\uFFFD"},
      {"\xE2\x82", "\uFFFD\uFFFD"},
      {"\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD"},               // a surrogate
      {"\xC0\xAF", "\uFFFD\uFFFD"},                         // overlong
      {"\xF4\x90\x80\x80x", "\uFFFD\uFFFD\uFFFD\uFFFDx"}};  // beyond U+10FFFF
  for (const auto& [damaged, read] : cases) EXPECT_EQ(tokenizer->encode(damaged), tokenizer->encode(read)) << read;
}

TEST(Tokenizer, EveryByteAloneAndInPairsIsTaken) {
  for (const char* name : {"byte_level", "metaspace", "splits"}) {
    const auto tokenizer = small(name);
    for (int first = 0; first < 256; ++first)
      for (int second = 0; second < 256; second += 7) {
        const std::string text{static_cast<char>(first), static_cast<char>(second)};
        for (const text::TokenId id : tokenizer->encode(text)) ASSERT_LT(id, tokenizer->vocab_size());
      }
  }
}

TEST(Tokenizer, NothingGivesNothing) {
  for (const char* name : {"byte_level", "metaspace", "splits"}) {
    const auto tokenizer = small(name);
    EXPECT_TRUE(tokenizer->encode("").empty());
    EXPECT_EQ(tokenizer->decode({}), "");
  }
}

TEST(Tokenizer, IdsThatNobodyHasAreLeftOut) {
  const auto tokenizer = small("splits");
  const auto known = tokenizer->encode("word").front();
  const std::vector<text::TokenId> ids{-1, known, 1 << 30, static_cast<text::TokenId>(tokenizer->vocab_size())};
  EXPECT_EQ(tokenizer->decode(ids), tokenizer->decode(std::vector<text::TokenId>{known}));
}

TEST(Tokenizer, LongWordsTakeTimeInProportion) {
  const auto tokenizer = small("splits");
  const auto seconds = [&](size_t bytes) {
    std::string word;
    for (size_t i = 0; i < bytes; ++i) word += static_cast<char>('a' + i * i % 23);
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_FALSE(tokenizer->encode(word).empty());
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  };
  // A quadratic merge would take minutes here.
  EXPECT_LT(seconds(2'000'000), 20.0);
}

TEST(Tokenizer, LongRunsOfSpacesAndDamagedBytesAreTaken) {
  const auto data = data_dir();
  SKIP_WITHOUT(data, "the data folder");
  const auto tokenizer = text::load_tokenizer(*data / "tokenizers" / "gpt2");
  for (const char c : {' ', '\n', '\xC3', '(', '\''}) {
    const std::string text(300'000, c);
    const auto ids = tokenizer->encode(text);
    EXPECT_FALSE(ids.empty());
    EXPECT_EQ(tokenizer->decode(ids) == text, static_cast<unsigned char>(c) < 0x80);
  }
}

TEST(Tokenizer, AContinuationGetsNoSpaceInFront) {
  const auto tokenizer = small("metaspace");
  EXPECT_EQ(tokenizer->decode(tokenizer->encode("[user]word")), "[user] word");
  const auto start = tokenizer->encode("word"), going_on = tokenizer->encode("word", {.continues = true});
  EXPECT_NE(start, going_on);
  EXPECT_EQ(tokenizer->encode(" word", {.continues = true}), start);
}

TEST(Tokenizer, ThreadsShareATokenizer) {
  const auto tokenizer = small("byte_level");
  const auto strings = page_strings();
  std::vector<std::vector<text::TokenId>> expected;
  for (const std::string& string : strings) expected.push_back(small("byte_level")->encode(string));
  std::vector<int> wrong(4);
  std::vector<std::thread> threads;
  for (int& count : wrong)
    threads.emplace_back([&] {
      for (int round = 0; round < 20; ++round)
        for (size_t i = 0; i < strings.size(); ++i) count += tokenizer->encode(strings[i]) != expected[i];
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<int>(4));
}

TEST(Tokenizer, LooksUpTokensAsSpelled) {
  const auto tokenizer = small("byte_level");
  EXPECT_EQ(tokenizer->id_of("[L]"), 500);
  EXPECT_EQ(tokenizer->id_of("\u0120"), tokenizer->encode(" ").front());
  EXPECT_EQ(tokenizer->id_of("no such token"), std::nullopt);
  EXPECT_EQ(tokenizer->vocab_size(), 507);
}

}  // namespace
}  // namespace counterpoint::test
