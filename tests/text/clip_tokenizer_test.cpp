#include "counterpoint/text/clip_tokenizer.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "counterpoint/core/files.h"
#include "counterpoint/text/bpe_trainer.h"
#include "tests/support/support.h"

namespace counterpoint::text {
namespace {

using Ids = std::vector<std::int64_t>;

nlohmann::json reference(const std::string& name) {
  return nlohmann::json::parse(read_file(test::golden("captions/" + name)));
}

/// Text that was decoded with the wrong encoding is all that open_clip repairs and we do not; none is among these.
void expect_ids(const ClipTokenizer& tokenizer, const nlohmann::json& ids, int context) {
  const auto strings = reference("clip.json")["strings"];
  ASSERT_EQ(ids.size(), strings.size());
  for (size_t i = 0; i < strings.size(); ++i)
    EXPECT_EQ(tokenizer.encode(strings[i].get<std::string>(), context), ids[i].get<Ids>()) << strings[i].dump();
}

std::optional<std::filesystem::path> clip_folder() {
  const auto data = test::data_dir();
  return data ? std::optional(*data / "tokenizers" / "clip") : std::nullopt;
}

TEST(ClipTokenizer, GivesOpenClipsIdsFromItsVocabulary) {
  const auto folder = clip_folder();
  SKIP_WITHOUT(folder, "CLIP's vocabulary");
  const ClipTokenizer tokenizer = open_clip_tokenizer(*folder / "bpe_simple_vocab_16e6.txt.gz");
  EXPECT_EQ(tokenizer.vocabulary_size(), 49408);
  expect_ids(tokenizer, reference("clip.json")["ids"], 77);
  expect_ids(tokenizer, reference("clip.json")["short"], 8);
}

TEST(ClipTokenizer, ReadsTheTokenizerJsonOfAFolder) {
  const auto folder = clip_folder();
  SKIP_WITHOUT(folder, "CLIP's vocabulary");
  const ClipTokenizer json = open_clip_tokenizer(*folder),
                      merges = open_clip_tokenizer(*folder / "bpe_simple_vocab_16e6.txt.gz");
  EXPECT_EQ(json.vocabulary_size(), 49408);
  EXPECT_EQ(json.start_id(), 49406);
  EXPECT_EQ(json.end_id(), 49407);
  for (const char* caption : {"A Photo of a CAT's tail, 3 of 10!", "caf\u00e9 \u2018quoted\u2019 &amp; more", ""})
    EXPECT_EQ(json.encode(caption), merges.encode(caption)) << caption;
}

TEST(ClipTokenizer, OpensAVocabularyOfOurOwnAsOpenClipDoes) {
  const ClipTokenizer tokenizer = open_clip_tokenizer(test::golden("captions/small.txt"));
  EXPECT_EQ(tokenizer.vocabulary_size(), reference("small.json")["size"].get<int>());
  expect_ids(tokenizer, reference("small.json")["ids"], 77);
}

TEST(ClipTokenizer, KeepsTheEndOfALongCaption) {
  const ClipTokenizer tokenizer = open_clip_tokenizer(test::golden("captions/small.txt"));
  const Ids whole = tokenizer.encode("a a a a a a", 8), cut = tokenizer.encode("a a a a a a", 4),
            least = tokenizer.encode("a", 2);
  EXPECT_EQ(whole.back(), tokenizer.end_id());
  EXPECT_EQ(cut, (Ids{tokenizer.start_id(), whole[1], whole[2], tokenizer.end_id()}));
  EXPECT_EQ(least, (Ids{tokenizer.start_id(), tokenizer.end_id()}));
  test::expect_contains(test::error_of([&] { tokenizer.encode("a", 1); }), "2 or more were expected");
}

TEST(ClipTokenizer, DecodesWhatItEncoded) {
  const ClipTokenizer tokenizer = open_clip_tokenizer(test::golden("captions/small.txt"));
  EXPECT_EQ(tokenizer.decode(tokenizer.ids("Two caf\u00e9s   \U0001f600!")), "two caf\u00e9s \U0001f600!");
}

TEST(ClipTokenizer, NamesWhatIsWrongWithAFile) {
  const test::ScratchDir scratch;
  test::expect_contains(test::error_of([&] { open_clip_tokenizer(scratch.path()); }), "expected tokenizer.json");
  test::expect_contains(test::error_of([&] { open_clip_tokenizer(scratch / "none.gz"); }), "none.gz");
  write_file_atomic(scratch / "words.txt", "a dog\na cat\n");
  test::expect_contains(test::error_of([&] { open_clip_tokenizer(scratch / "words.txt"); }), "#version");
  write_file_atomic(scratch / "gap.txt", "#version: 0.2\na b\nx yz");
  test::expect_contains(test::error_of([&] { open_clip_tokenizer(scratch / "gap.txt"); }),
                        "'yz' is not in the vocabulary");
  write_merges_file(scratch / "good.gz", {{"a", "b"}, {"ab", "c</w>"}});
  std::string bytes = read_file(scratch / "good.gz");
  EXPECT_EQ(read_merges_file(scratch / "good.gz").size(), 2U);
  bytes[bytes.size() - 6] = static_cast<char>(bytes[bytes.size() - 6] ^ 1);
  write_file_atomic(scratch / "bad.gz", bytes);
  test::expect_contains(test::error_of([&] { open_clip_tokenizer(scratch / "bad.gz"); }), "damaged gzip data");
  write_file_atomic(scratch / "cut.gz", std::string_view(bytes).substr(0, bytes.size() / 2));
  test::expect_contains(test::error_of([&] { open_clip_tokenizer(scratch / "cut.gz"); }), "damaged gzip data");
}

TEST(CleanCaption, RepairsWhatFtfyRepairs) {
  EXPECT_EQ(clean_caption("  It\u2019s\t\u201cA\u201d \ufb01sh  "), "it's \"a\" fish");
  EXPECT_EQ(clean_caption("Tom &amp;amp; Jerry &#39;90s"), "tom & jerry '90s");
  EXPECT_EQ(clean_caption("\uff26\uff11 cafe\u0301"), "f1 caf\u00e9");
  EXPECT_EQ(clean_caption("\u039f\u0394\u039f\u03a3"), "\u03bf\u03b4\u03bf\u03c2");
}

}  // namespace
}  // namespace counterpoint::text
