#include "counterpoint/protoclip/episodes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "tests/support/support.h"

namespace counterpoint::protoclip {
namespace {

EpisodeOptions options_of(std::int64_t dataset, std::int64_t episode) {
  EpisodeOptions options;
  options.dataset_size = dataset;
  options.episode_size = episode;
  options.seed = 4;
  return options;
}

TEST(EpisodePlanTest, EachPassHoldsEachSampleOnceAndNoEpisodeRepeatsOne) {
  for (const auto& [dataset, episode] : {std::pair{10, 10}, {10, 5}, {10, 4}, {10, 7}, {11, 10}, {101, 3}, {3, 1}}) {
    const EpisodePlan plan(options_of(dataset, episode));
    std::vector<std::int64_t> all;
    for (std::int64_t e = 0; std::ssize(all) < 20 * dataset; ++e) {
      const auto drawn = plan.samples(e);
      EXPECT_EQ(std::set(drawn.begin(), drawn.end()).size(), static_cast<size_t>(episode)) << dataset << ' ' << e;
      all.insert(all.end(), drawn.begin(), drawn.end());
    }
    for (std::int64_t pass = 0; pass < 20; ++pass)
      EXPECT_EQ(std::set(all.begin() + pass * dataset, all.begin() + (pass + 1) * dataset).size(),
                static_cast<size_t>(dataset));
  }
}

TEST(EpisodePlanTest, IsAFunctionOfSeedAndEpisode) {
  const EpisodePlan walked(options_of(50, 17));
  std::vector<std::vector<std::int64_t>> episodes;
  for (std::int64_t e = 0; e < 12; ++e) episodes.push_back(walked.samples(e));
  for (std::int64_t e = 11; e >= 0; --e) {
    EXPECT_EQ(EpisodePlan(options_of(50, 17)).samples(e), episodes[static_cast<size_t>(e)]);
    EXPECT_EQ(walked.samples(e), episodes[static_cast<size_t>(e)]);
  }
  EpisodeOptions other = options_of(50, 17);
  other.seed = 5;
  EXPECT_NE(EpisodePlan(other).samples(0), episodes[0]);
  EXPECT_NE(episodes[0], episodes[3]);
}

TEST(EpisodePlanTest, TheReleasedDrawRepeatsSamples) {
  EpisodeOptions options = options_of(2000, 2000);
  options.with_replacement = true;
  const auto drawn = EpisodePlan(options).samples(3);
  // 1 - 1/e of the samples are seen.
  EXPECT_NEAR(static_cast<double>(std::set(drawn.begin(), drawn.end()).size()), 2000 * 0.632, 60);
  options.episode_size = 3000;
  EXPECT_EQ(EpisodePlan(options).samples(0).size(), 3000U);
}

TEST(EpisodePlanTest, BatchesHoldEachPositionOnceInAnotherOrderEachTime) {
  const EpisodePlan plan(options_of(100, 50));
  const auto batches = plan.batches(2, 10);
  EXPECT_EQ(batches.size(), 5U);
  std::set<std::int64_t> seen;
  for (const auto& batch : batches) seen.insert(batch.begin(), batch.end());
  EXPECT_EQ(seen.size(), 50U);
  EXPECT_EQ(*seen.rbegin(), 49);
  EXPECT_EQ(plan.batches(2, 10), batches);
  EXPECT_NE(plan.batches(3, 10), batches);
  EXPECT_EQ(plan.batches(2, 8).size(), 6U);  // two are left over
}

TEST(EpisodePlanTest, NeverTrainsNothingSilently) {
  const EpisodePlan plan(options_of(100, 50));
  test::expect_contains(test::error_of([&] { (void)plan.batches(0, 51); }), "nothing would be trained");
  test::expect_contains(test::error_of([] { EpisodePlan(options_of(5, 6)); }), "lower the episode size");
  test::expect_contains(test::error_of([] { EpisodePlan(options_of(0, 0)); }), "no samples");
  EXPECT_EQ(EpisodePlan(options_of(5, 0)).samples(0).size(), 5U);
}

}  // namespace
}  // namespace counterpoint::protoclip
