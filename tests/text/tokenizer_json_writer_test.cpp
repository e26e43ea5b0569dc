// A tokenizer.json that we write is read back as the same tokenizer.
#include "counterpoint/text/tokenizer_json_writer.h"

#include "counterpoint/core/files.h"
#include "counterpoint/text/gguf_vocabulary.h"
#include "counterpoint/text/tokenizer.h"
#include "counterpoint/text/tokenizer_json.h"
#include "counterpoint/text/unicode.h"
#include "tests/support/support.h"

namespace counterpoint::text {
namespace {

using data::Json;

const std::vector<std::string> texts{"hello world", "  two  spaces 123", "h\xC3\xA9llo \xE2\x82\xAC<s>he<|x|> low",
                                     "low\nlower", ""};

void expect_same_when_read_back(const TokenizerParts& parts) {
  const test::ScratchDir dir;
  write_file_atomic(dir / "tokenizer.json", tokenizer_json(parts).dump());
  const auto again = load_tokenizer(dir / "tokenizer.json"), before = make_tokenizer(parts);
  EXPECT_EQ(again->vocab_size(), before->vocab_size());
  for (const std::string& text : texts) {
    const auto ids = before->encode(text);
    EXPECT_EQ(again->encode(text), ids) << text;
    EXPECT_EQ(again->decode(ids), before->decode(ids)) << text;
  }
}

/// All bytes' stand-ins, and some words.
GgufVocabulary byte_level_vocabulary(const std::string& pre) {
  GgufVocabulary vocabulary{.model = "gpt2", .pre = pre, .tokens = {"<|x|>"}, .token_types = {3}};
  for (unsigned byte = 0; byte < 256; ++byte)
    vocabulary.tokens.push_back(byte_stand_in(static_cast<unsigned char>(byte)));
  for (const char* merge : {"l o", "lo w", "h e", "Ġ w", "1 2", "e r"}) {
    vocabulary.merges.emplace_back(merge);
    const std::string line = merge;
    vocabulary.tokens.push_back(line.substr(0, line.find(' ')) + line.substr(line.find(' ') + 1));
  }
  vocabulary.token_types.resize(vocabulary.tokens.size(), 1);
  return vocabulary;
}

GgufVocabulary sentencepiece_vocabulary() {
  GgufVocabulary vocabulary{.model = "llama", .pre = "", .tokens = {"<unk>", "<s>"}, .token_types = {2, 3}};
  for (unsigned byte = 0; byte < 256; ++byte) vocabulary.tokens.push_back(fmt::format("<0x{:02X}>", byte));
  vocabulary.token_types.resize(vocabulary.tokens.size(), 6);
  for (const char* token : {"▁",    "h",      "e",  "l",   "o",    "w",  "r",  "d",  "he",    "▁he", "ll",
                            "hell", "▁hello", "lo", "low", "▁low", "▁w", "or", "er", "hello", "é"})
    vocabulary.tokens.emplace_back(token);
  vocabulary.token_types.resize(vocabulary.tokens.size(), 1);
  for (size_t id = 0; id < vocabulary.tokens.size(); ++id) vocabulary.scores.push_back(-static_cast<float>(id));
  return vocabulary;
}

TEST(TokenizerJsonWriter, ByteLevelOfEachPreSplitter) {
  for (const char* pre : {"gpt-2", "llama-bpe", "qwen2", "smollm"})
    expect_same_when_read_back(parts_from_gguf(byte_level_vocabulary(pre)));
}

TEST(TokenizerJsonWriter, SentencePieceScoresBecomeMerges) {
  GgufVocabulary vocabulary = sentencepiece_vocabulary();
  expect_same_when_read_back(parts_from_gguf(vocabulary));
  vocabulary.add_space_prefix = false;
  expect_same_when_read_back(parts_from_gguf(vocabulary));
}

TEST(TokenizerJsonWriter, SurroundingTokensStandInThePostProcessor) {
  const TokenizerParts parts = parts_from_gguf(sentencepiece_vocabulary());
  EXPECT_TRUE(tokenizer_json(parts)["post_processor"].is_null());
  const Json around = tokenizer_json(parts, {.before = "<s>", .behind = ""})["post_processor"];
  EXPECT_EQ(around["single"].size(), 2u);
  EXPECT_EQ(around["single"][0]["SpecialToken"]["id"], "<s>");
  EXPECT_EQ(around["pair"].size(), 4u);
  EXPECT_EQ(around["special_tokens"]["<s>"]["ids"], Json::array({1}));
  test::expect_contains(test::error_of([&] { tokenizer_json(parts, {.before = "<bos>", .behind = ""}); }),
                        "'<bos>' is not in the vocabulary");
}

}  // namespace
}  // namespace counterpoint::text
