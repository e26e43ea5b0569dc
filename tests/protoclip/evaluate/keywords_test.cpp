#include "counterpoint/protoclip/evaluate/keywords.h"

#include <gtest/gtest.h>

#include "counterpoint/core/files.h"
#include "counterpoint/protoclip/evaluate/targets.h"
#include "tests/support/support.h"

namespace counterpoint::protoclip {
namespace {

using image_text::Pair;
using image_text::PairSet;
using test::expect_contains;

PairSet pairs_of(std::vector<Pair> pairs) { return PairSet(std::move(pairs), nullptr); }

PairSet scenes() {
  return pairs_of({{"a", {"A dog runs on the beach.", "The DOG, on sand", "a dog with a man"}, "dog"},
                   {"b", {"Two men on a beach", "guys by the sea"}, "man"},
                   {"c", {"a man in the hotdog stand"}, ""},
                   {"d", {"nothing of that"}, "dog"}});
}

TEST(Keywords, WordsOfACaption) {
  EXPECT_EQ(caption_words("A dog's Frisbee, café-owner 2!"),
            (std::vector<std::string>{"a", "dog", "s", "frisbee", "café", "owner", "2"}));
  EXPECT_TRUE(caption_words(" ... ").empty());
}

TEST(Keywords, FileWithSynonymsAndComments) {
  const test::ScratchDir dir;
  write_file_atomic(dir / "k.txt", "# things\ndog: Dog dogs\n\nhot dog: hotdog # food\r\nbeach\n");
  const auto keywords = read_keywords(dir / "k.txt");
  ASSERT_EQ(keywords.size(), 3U);
  EXPECT_EQ(keywords[0].words, (std::vector<std::string>{"dog", "dogs"}));
  EXPECT_EQ(keywords[1].name, "hot dog");
  EXPECT_EQ(keywords[2].words, std::vector<std::string>{"beach"});
}

TEST(Keywords, WhatIsWrongInAFileIsSaidWithItsLine) {
  const test::ScratchDir dir;
  const auto error = [&](const std::string& text) {
    write_file_atomic(dir / "k.txt", text);
    return test::error_of([&] { read_keywords(dir / "k.txt"); });
  };
  expect_contains(error("dog\nhot dog\n"), "k.txt:2: 'hot dog' has several words");
  expect_contains(error("dog\ncat: \n"), "k.txt:2: 'cat:' is no keyword");
  expect_contains(error("dog\ncat\ndog: puppy\n"), "k.txt:3: the keyword 'dog' is there twice");
  expect_contains(error("dog: dog puppy\nwolf: puppy\n"), "the word 'puppy' belongs to 'dog' already");
  expect_contains(error("dog\n"), "2 or more");
}

TEST(Keywords, MostFrequentContentWords) {
  const auto keywords = frequent_keywords(scenes(), 3);
  // Two pictures each, in the alphabet's order; function words, "2" and "a" are none.
  EXPECT_EQ(keywords[0].name, "beach");
  EXPECT_EQ(keywords[1].name, "man");
  EXPECT_EQ(keywords[2].name, "dog");
  expect_contains(test::error_of([] { frequent_keywords(scenes(), 500); }), "500 keywords were asked for");
  EXPECT_EQ(keywords_of("2", scenes()).size(), 2U);
  expect_contains(test::error_of([] { keywords_of("1", scenes()); }), "2 or more");
  EXPECT_NE(test::error_of([] { keywords_of("no-such-file", scenes()); }), "");
}

TEST(Targets, KeywordsOfAnyCaptionAndTheMainOne) {
  const Targets targets =
      keyword_targets(scenes(), {{"dog", {"dog", "dogs"}}, {"man", {"man", "men", "guys"}}, {"beach", {"beach"}}});
  EXPECT_FALSE(targets.one_each);
  const auto expected = torch::tensor({{1.0F, 1.0F, 1.0F}, {0.0F, 1.0F, 1.0F}, {0.0F, 1.0F, 0.0F}, {0.0F, 0.0F, 0.0F}});
  EXPECT_TRUE(torch::equal(targets.truth, expected));
  EXPECT_TRUE(torch::equal(targets.main, torch::tensor({0, 1, 1, -1}, torch::kInt64)));
  // One caption each: the rarer keyword is the main one.
  const Targets tie = keyword_targets(pairs_of({{"a", {"man on beach"}, ""}, {"b", {"man"}, ""}}),
                                      {{"man", {"man"}}, {"beach", {"beach"}}});
  EXPECT_TRUE(torch::equal(tie.main, torch::tensor({1, 0}, torch::kInt64)));
}

TEST(Targets, LabelsAndPicturesWithoutOne) {
  const Targets targets = label_targets(scenes(), {"dog", "man"});
  EXPECT_TRUE(torch::equal(targets.main, torch::tensor({0, 1, -1, 0}, torch::kInt64)));
  EXPECT_TRUE(
      torch::equal(targets.rows(torch::tensor({3, 1}, torch::kInt64)).main, torch::tensor({0, 1}, torch::kInt64)));
  expect_contains(test::error_of([] { label_targets(scenes(), {"dog", "men"}); }), "did you mean 'men'");
}

TEST(Keywords, TheExamplesWordsAreInOneTrainingPictureOfTwenty) {
  SKIP_WITHOUT(test::data_dir(), "shared/data");
  std::string shards;
  for (const char* number : {"0", "1", "2"})
    shards += (shards.empty() ? "" : "::") + (*test::data_dir() / "flickr8k/train-0000").string() + number + ".tar";
  const PairSet pairs = image_text::open_webdataset(image_text::expand_shards(shards));
  const Targets targets = keyword_targets(pairs, read_keywords(test::project() / "examples/flickr8k-keywords.txt"));
  EXPECT_GE(targets.truth.mean(0).min().item<double>(), 0.05);
  EXPECT_LT((targets.main < 0).to(torch::kFloat64).mean().item<double>(), 0.025);
}

}  // namespace
}  // namespace counterpoint::protoclip
