// A tokenizer out of GGUF's keys. The ids of a real file are checked in tests/commands/tokenize_test.cpp.
#include "counterpoint/text/gguf_vocabulary.h"

#include "counterpoint/text/tokenizer.h"
#include "tests/support/support.h"

namespace counterpoint::test {
namespace {

using Ids = std::vector<text::TokenId>;

text::GgufVocabulary byte_level(const std::string& pre) {
  text::GgufVocabulary vocabulary;
  vocabulary.model = "gpt2";
  vocabulary.pre = pre;
  vocabulary.tokens = {"1", "2", "12", "\u0120", "\u01201", "<|im_end|>", "<own>"};
  vocabulary.token_types = {1, 1, 1, 1, 1, 3, 4};
  vocabulary.merges = {"1 2", "\u0120 1"};
  return vocabulary;
}

Ids encode(const text::GgufVocabulary& vocabulary, std::string_view text, text::EncodeOptions options = {}) {
  return text::make_tokenizer(text::parts_from_gguf(vocabulary))->encode(text, options);
}

TEST(GgufVocabulary, ThePreSplitterDecidesAboutDigits) {
  EXPECT_EQ(encode(byte_level("gpt-2"), "12"), (Ids{2}));
  EXPECT_EQ(encode(byte_level("smollm"), "12"), (Ids{0, 1}));
  EXPECT_EQ(encode(byte_level("gpt-2"), "  1"), (Ids{3, 4}));
  EXPECT_EQ(encode(byte_level("smollm"), "  1"), (Ids{3, 3, 0}));
  EXPECT_EQ(encode(byte_level("llama-bpe"), "12"), (Ids{2}));
  EXPECT_EQ(encode(byte_level("qwen2"), "12"), (Ids{0, 1}));
}

TEST(GgufVocabulary, ControlTokensAreSpecialUserDefinedOnesAreNot) {
  EXPECT_EQ(encode(byte_level("smollm"), "1<|im_end|><own>2"), (Ids{0, 5, 6, 1}));
  EXPECT_EQ(encode(byte_level("smollm"), "<own>1", {.parse_special = false}), (Ids{6, 0}));
  const auto tokenizer = text::make_tokenizer(text::parts_from_gguf(byte_level("smollm")));
  EXPECT_EQ(tokenizer->decode(Ids{0, 5, 6}, true), "1<own>");
}

TEST(GgufVocabulary, ScoresOrderTheMerges) {
  text::GgufVocabulary vocabulary;
  vocabulary.model = "llama";
  vocabulary.tokens = {"<unk>", "\u2581", "a", "b", "c", "ab", "bc", "\u2581ab"};
  vocabulary.token_types = {2, 1, 1, 1, 1, 1, 1, 1};
  vocabulary.scores = {0, -9, -9, -9, -9, -2, -1, -3};
  EXPECT_EQ(encode(vocabulary, "abc"), (Ids{1, 2, 6}));
  EXPECT_EQ(encode(vocabulary, "ab"), (Ids{7}));
  EXPECT_EQ(encode(vocabulary, "a?!b"), (Ids{1, 2, 0, 3}));
  vocabulary.add_space_prefix = false;
  EXPECT_EQ(encode(vocabulary, "ab ab"), (Ids{5, 7}));
  vocabulary.scores.pop_back();
  expect_contains(error_of([&] { text::parts_from_gguf(vocabulary); }), "tokenizer.ggml.scores has 7 entries");
}

TEST(GgufVocabulary, WhatIsNotKnownIsNamed) {
  expect_contains(error_of([] { text::splitters_for_gguf("smolm"); }), "'smolm' is not known (did you mean 'smollm'?)");
  expect_contains(error_of([] { text::parts_from_gguf(byte_level("")); }), "tokenizer.ggml.pre is missing");
  expect_contains(error_of([] { text::parts_from_gguf(byte_level("default")); }), "tokenizer.ggml.pre is 'default'");
  text::GgufVocabulary vocabulary = byte_level("smollm");
  vocabulary.model = "bert";
  expect_contains(error_of([&] { text::parts_from_gguf(vocabulary); }), "the kind 'bert' is not known");
  vocabulary = byte_level("smollm");
  vocabulary.token_types.pop_back();
  expect_contains(error_of([&] { text::parts_from_gguf(vocabulary); }), "tokenizer.ggml.token_type has 6 entries");
  vocabulary = byte_level("smollm");
  vocabulary.merges[1] = "x";
  expect_contains(error_of([&] { text::parts_from_gguf(vocabulary); }), "tokenizer.ggml.merges: merge 1 is no pair");
  expect_contains(error_of([] { text::parts_from_gguf({}); }), "tokenizer.ggml.tokens is empty");
}

}  // namespace
}  // namespace counterpoint::test
