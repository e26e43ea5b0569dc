// tokenizer.json and its older companions: what is refused, and in which words.
#include "counterpoint/text/tokenizer_json.h"

#include "counterpoint/core/files.h"
#include "counterpoint/text/tokenizer.h"
#include "tests/support/support.h"

namespace counterpoint::test {
namespace {

using nlohmann::json;

json tiny() {
  return json::parse(R"({
    "added_tokens": [{"id": 4, "content": "<end>", "special": true}],
    "normalizer": null,
    "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "use_regex": true},
    "decoder": {"type": "ByteLevel"},
    "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2, "abb": 3}, "merges": ["a b", ["ab", "b"]]}})");
}

std::unique_ptr<text::Tokenizer> load(const json& content) {
  const ScratchDir folder;
  write_file_atomic(folder / "tokenizer.json", content.dump());
  return text::load_tokenizer(folder.path());
}

std::string refusal(const char* pointer, const json& value) {
  json content = tiny();
  content[json::json_pointer(pointer)] = value;
  return error_of([&] { load(content); });
}

TEST(TokenizerJson, BothWaysToSpellAMerge) {
  const auto tokenizer = load(tiny());
  EXPECT_EQ(tokenizer->encode("abbab<end>"), (std::vector<text::TokenId>{3, 2, 4}));
  EXPECT_EQ(tokenizer->decode(std::vector<text::TokenId>{3, 2, 4}, true), "abbab");
  EXPECT_EQ(tokenizer->vocab_size(), 5);
}

TEST(TokenizerJson, KindsThatAreNotKnownAreNamed) {
  expect_contains(refusal("/model/type", "Unigram"), "'Unigram' (known: BPE)");
  expect_contains(refusal("/normalizer", {{"type", "NFCC"}}),
                  "the normalizer 'NFCC' is not known (did you mean 'NFC'?)");
  expect_contains(refusal("/pre_tokenizer", {{"type", "BertPreTokenizer"}}), "the pre-tokenizer 'BertPreTokenizer'");
  expect_contains(refusal("/decoder", {{"type", "CTC"}}), "the decoder 'CTC' is not known");
  expect_contains(refusal("/decoder", nullptr), "no decoder");
  expect_contains(refusal("/pre_tokenizer", nullptr), "neither a ByteLevel pre-tokenizer nor byte_fallback");
  expect_contains(refusal("/model/continuing_subword_prefix", "##"), "continuing_subword_prefix '##'");
  const json inner{{"type", "Sequence"}, {"normalizers", {{{"type", "NFC"}}, {{"type", "Precompiled"}}}}};
  expect_contains(refusal("/normalizer", inner), "the normalizer 'Precompiled'");
}

json split(const json& pattern, const std::string& behavior) {
  return {
      {"type", "Sequence"},
      {"pretokenizers", {{{"type", "Split"}, {"pattern", pattern}, {"behavior", behavior}}, {{"type", "ByteLevel"}}}}};
}

TEST(TokenizerJson, SplitsThatAreNotKnownAreNamed) {
  expect_contains(refusal("/pre_tokenizer", split({{"Regex", "a"}}, "MergedWithNext")), "behavior 'MergedWithNext'");
  expect_contains(refusal("/pre_tokenizer", split({{"Regex", "a(b"}}, "Isolated")), "not a regular expression: 'a(b'");
  expect_contains(refusal("/pre_tokenizer", split({{"Regex", "\\w+"}}, "Isolated")), "uses \\w");
  expect_contains(refusal("/pre_tokenizer", split({{"Regex", "[a&&b]"}}, "Isolated")), "a set inside brackets");
  expect_contains(refusal("/pre_tokenizer", {{"type", "Metaspace"}, {"prepend_scheme", "last"}}),
                  "prepend_scheme 'last'");
}

TEST(TokenizerJson, DamagedVocabulariesAreRefused) {
  expect_contains(refusal("/model/vocab", json::array({"a"})), "the vocabulary is no object");
  expect_contains(refusal("/model/vocab/ab", -1), "the token 'ab' has the id -1");
  expect_contains(refusal("/model/vocab/ab", 70000), "expected 0 to 65551");
  expect_contains(refusal("/model/vocab/ab", "2"), "the token 'ab' has the id \"2\"");
  expect_contains(refusal("/model/vocab/ab", 1), "share the id 1");
  expect_contains(refusal("/model/merges/0", "a"), "merge 0 is no pair");
  expect_contains(refusal("/model/merges/0", "a b c"), "merge 0 is no pair");
  expect_contains(refusal("/model/merges/0", json::array({"a"})), "merge 0 is no pair");
  expect_contains(refusal("/model/merges/0", "a x"), "merge 0 ('a' and 'x'): 'x' is not in the vocabulary");
  expect_contains(refusal("/model/merges/0", "b a"), "'ba' is not in the vocabulary");
  expect_contains(refusal("/model/unk_token", "<none>"), "the unknown token '<none>'");
  expect_contains(refusal("/added_tokens/0/id", 2),
                  "the added token '<end>' has the id 2, which the vocabulary gives to 'ab'");
  expect_contains(refusal("/added_tokens/0/id", 2000000000), "the added token '<end>' has the id 2000000000");
  expect_contains(refusal("/added_tokens/1", {{"id", 9}, {"content", "<end>"}}), "'<end>' is there twice");
  expect_contains(refusal("/added_tokens/0/id", "x"), "not a tokenizer file");
  json content = tiny();
  content.erase("model");
  expect_contains(error_of([&] { load(content); }), "not a tokenizer file");
}

TEST(TokenizerJson, FilesThatAreNoneAreRefused) {
  const ScratchDir folder;
  expect_contains(error_of([&] { text::load_tokenizer(folder.path()); }), "no tokenizer here");
  write_file_atomic(folder / "tokenizer.json", "{\"model\": ");
  expect_contains(error_of([&] { text::load_tokenizer(folder.path()); }), "not a JSON file");
  expect_contains(error_of([&] { text::load_tokenizer(folder / "missing.json"); }), "missing.json");
}

TEST(TokenizerJson, VocabularyAndMergesOfTheOlderKind) {
  const ScratchDir folder;
  write_file_atomic(folder / "vocab.json", R"({"a": 0, "b": 1, "ab": 2, "<|endoftext|>": 3})");
  write_file_atomic(folder / "merges.txt", "#version: 0.2\r\na b\r\n");
  const auto tokenizer = text::load_tokenizer(folder.path());
  EXPECT_EQ(tokenizer->encode("abb<|endoftext|>"), (std::vector<text::TokenId>{2, 1, 3}));
  write_file_atomic(folder / "merges.txt", "a b\nab\n");
  expect_contains(error_of([&] { text::load_tokenizer(folder.path()); }), "merge 1 is no pair");
}

}  // namespace
}  // namespace counterpoint::test
