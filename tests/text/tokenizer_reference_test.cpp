// Ids and texts equal to the reference's for every tokenizer in the data folder.
#include <cstring>

#include "counterpoint/core/strings.h"
#include "counterpoint/text/gguf_vocabulary.h"
#include "tests/text/golden_strings.h"

namespace counterpoint::test {
namespace {

class TokenizerReference : public testing::TestWithParam<std::string> {};

TEST_P(TokenizerReference, IdsAndTextsAreTheReferences) {
  const auto data = data_dir();
  SKIP_WITHOUT(data, "the data folder");
  const auto tokenizer = text::load_tokenizer(*data / "tokenizers" / GetParam());
  expect_reference(*tokenizer, GetParam(), golden_strings(*data));
}

std::string test_name(const testing::TestParamInfo<std::string>& tokenizer) {
  std::string name;
  for (const char c : tokenizer.param) name += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, TokenizerReference,
                         testing::Values("clip", "gpt2", "llama3.1", "qwen2.5", "roberta-base",
                                         "mistral-7b-instruct-v0.2", "mistral-7b-instruct-v0.3"),
                         test_name);

/// The pieces of a SentencePiece model, a protocol buffer whose field 1 repeats (1: spelling, 2: score, 3: type).
class SentencePieceReader {
 public:
  explicit SentencePieceReader(std::string bytes) : bytes_(std::move(bytes)) {}

  text::GgufVocabulary vocabulary() {
    text::GgufVocabulary out;
    out.model = "llama";
    while (at_ < bytes_.size() && bytes_[at_] == '\x0A') {
      ++at_;
      const size_t length = varint();
      piece(at_ + length, out);
    }
    return out;
  }

 private:
  size_t varint() {
    size_t value = 0;
    for (int shift = 0;; shift += 7) {
      const auto byte = static_cast<unsigned char>(bytes_.at(at_++));
      value |= static_cast<size_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
  }

  void piece(size_t end, text::GgufVocabulary& out) {
    out.token_types.push_back(1);
    while (at_ < end) {
      const char tag = bytes_[at_++];
      if (tag == '\x0A') {
        const size_t length = varint();
        out.tokens.push_back(bytes_.substr(at_, length));
        at_ += length;
      } else if (tag == '\x15') {
        float score = 0;
        std::memcpy(&score, bytes_.data() + at_, sizeof score);
        out.scores.push_back(score);
        at_ += sizeof score;
      } else {
        out.token_types.back() = static_cast<std::int32_t>(varint());
      }
    }
  }

  std::string bytes_;
  size_t at_ = 0;
};

TEST(TokenizerFiles, MergesFromScoresGiveTheSameIds) {
  const auto data = data_dir();
  SKIP_WITHOUT(data, "the data folder");
  const auto model = read_file(*data / "tokenizers" / "mistral-7b-instruct-v0.2" / "tokenizer.model");
  const auto vocabulary = SentencePieceReader(model).vocabulary();
  ASSERT_EQ(vocabulary.tokens.size(), 32000u);
  const auto tokenizer = text::make_tokenizer(text::parts_from_gguf(vocabulary));
  expect_reference(*tokenizer, "mistral-7b-instruct-v0.2", golden_strings(*data));
}

TEST(TokenizerFiles, PublishedIdsOfTheHardStrings) {
  const auto data = data_dir();
  SKIP_WITHOUT(data, "the data folder");
  const auto golden_folder = *data / "tokenizers" / "golden";
  const std::pair<const char*, const char*> published[] = {{"gpt-2", "gpt2"}, {"roberta-bpe", "roberta-base"}};
  for (const auto& [file, folder] : published) {
    const auto tokenizer = text::load_tokenizer(*data / "tokenizers" / folder);
    const auto strings = separated_strings(golden_folder / (std::string(file) + ".inp"), "\n__ggml_vocab_test__\n");
    const auto lines = split(read_file(golden_folder / (std::string(file) + ".out")), '\n');
    ASSERT_EQ(strings.size(), 46u);
    ASSERT_EQ(lines.size(), 47u);
    for (size_t i = 0; i < strings.size(); ++i) {
      std::string line;
      for (const text::TokenId id : tokenizer->encode(strings[i])) line += " " + std::to_string(id);
      EXPECT_EQ(line, lines[i]) << file << ": " << strings[i];
    }
  }
}

TEST(TokenizerFiles, FingerprintsTellTokenizersApart) {
  const auto data = data_dir();
  SKIP_WITHOUT(data, "the data folder");
  const auto fingerprint = [&](const char* name) {
    return text::load_tokenizer(*data / "tokenizers" / name)->fingerprint();
  };
  EXPECT_EQ(fingerprint("gpt2"), fingerprint("gpt2"));
  EXPECT_NE(fingerprint("gpt2"), fingerprint("roberta-base"));
  EXPECT_NE(fingerprint("mistral-7b-instruct-v0.2"), fingerprint("mistral-7b-instruct-v0.3"));
}

}  // namespace
}  // namespace counterpoint::test
