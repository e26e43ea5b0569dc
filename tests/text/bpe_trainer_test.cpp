#include "counterpoint/text/bpe_trainer.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "counterpoint/core/files.h"
#include "tests/support/support.h"

namespace counterpoint::text {
namespace {

using Strings = std::vector<std::string>;

Merges learned(const Strings& captions, std::int64_t size, std::int64_t min_count = 2) {
  BpeTrainer trainer;
  for (const std::string& caption : captions) trainer.add(caption);
  return trainer.train(size, min_count);
}

TEST(BpeTrainer, MergesTheMostFrequentPairFirst) {
  // "lo" 5, "ow</w>" 3, then "lo w</w>" 3 before "lo t</w>" 2.
  EXPECT_EQ(learned({"low low low lot lot"}, clip_base_tokens + 3),
            (Merges{{"l", "o"}, {"lo", "w</w>"}, {"lo", "t</w>"}}));
}

TEST(BpeTrainer, BreaksTiesBySpellingNotByOrder) {
  const Merges there = learned({"ab cd", "ef ab", "cd ef"}, clip_base_tokens + 3),
               back = learned({"cd ef", "ef ab", "ab cd"}, clip_base_tokens + 3);
  EXPECT_EQ(there, back);
  EXPECT_EQ(there, (Merges{{"a", "b</w>"}, {"c", "d</w>"}, {"e", "f</w>"}}));
}

TEST(BpeTrainer, StopsWhereNoPairIsFrequentEnough) {
  EXPECT_EQ(learned({"ab ab xy"}, 4096), (Merges{{"a", "b</w>"}}));
  EXPECT_EQ(learned({"ab ab xy"}, 4096, 1), (Merges{{"a", "b</w>"}, {"x", "y</w>"}}));
}

TEST(BpeTrainer, CountsOverlappingPairsAsTheyMerge) {
  // a a a a a</w>: (a, a) is there three times and merges twice: aa aa a</w>.
  EXPECT_EQ(learned({"aaaaa aaaaa"}, 4096), (Merges{{"a", "a"}, {"aa", "a</w>"}, {"aa", "aaa</w>"}}));
}

TEST(BpeTrainer, LearnsTheVocabularyThatOpenClipReads) {
  const auto reference = nlohmann::json::parse(read_file(test::golden("captions/clip.json")));
  const test::ScratchDir scratch;
  write_merges_file(scratch / "small.txt", learned(reference["strings"].get<Strings>(), 700));
  EXPECT_EQ(read_file(scratch / "small.txt"), read_file(test::golden("captions/small.txt")));
  write_merges_file(scratch / "small.gz", read_merges_file(scratch / "small.txt"));
  EXPECT_EQ(read_merges_file(scratch / "small.gz"), read_merges_file(scratch / "small.txt"));
  EXPECT_LT(std::filesystem::file_size(scratch / "small.gz"), std::filesystem::file_size(scratch / "small.txt"));
}

TEST(BpeTrainer, RefusesWhatCannotBe) {
  test::expect_contains(test::error_of([] { learned({"a"}, 500); }), "514 or more were expected");
  test::expect_contains(test::error_of([] { learned({""}, 600); }), "no words");
}

}  // namespace
}  // namespace counterpoint::text
