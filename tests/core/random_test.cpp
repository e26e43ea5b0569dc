#include "counterpoint/core/random.h"

#include <array>
#include <cmath>

#include "tests/support/support.h"

namespace counterpoint {
namespace {

// SplitMix64's published first numbers for seed 0.
TEST(RandomStream, IsSplitMix64) {
  RandomStream stream(0);
  EXPECT_EQ(stream(), 0xe220a8397b1dcdafULL);
  EXPECT_EQ(stream(), 0x6e789e6aa1b965f4ULL);
  EXPECT_EQ(stream(), 0x06c45d188009454fULL);
}

TEST(RandomStream, UniformTakesTheUpper53Bits) {
  RandomStream stream(0);
  EXPECT_DOUBLE_EQ(stream.uniform(), 0.8833108082136426);
  EXPECT_DOUBLE_EQ(stream.uniform(), 0.43152799704850997);
}

TEST(RandomStream, BelowIsEvenAndStaysBelow) {
  RandomStream stream(42);
  std::array<int, 7> counts{};
  constexpr int draws = 70'000;
  for (int i = 0; i < draws; ++i) ++counts.at(stream.below(7));
  // Each count is binomial; five standard deviations.
  const double deviation = std::sqrt(draws * (1.0 / 7) * (6.0 / 7));
  for (const int count : counts) EXPECT_NEAR(count, draws / 7, 5 * deviation);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(stream.below(1), 0u);
}

TEST(RandomStream, BelowHasNoModuloBias) {
  // With 3 * 2^62 as the bound, a plain modulo would draw the lowest third twice as often as each of the others.
  constexpr std::uint64_t third = std::uint64_t{1} << 62;
  RandomStream stream(1);
  int low = 0;
  constexpr int draws = 30'000;
  for (int i = 0; i < draws; ++i) low += stream.below(3 * third) < third;
  EXPECT_NEAR(low, draws / 3, 5 * std::sqrt(draws * 2.0 / 9));
}

// From an independent implementation. A change here changes every tree that anybody has grown.
TEST(StreamSeed, IsPinned) {
  EXPECT_EQ(stream_seed(0, {}), 0x48218226ff3cd4bfULL);
  EXPECT_EQ(stream_seed(0, {"q1", "0/1"}), 0x08c327058bbff9f4ULL);
  EXPECT_EQ(stream_seed(7, {"q1", "0/1/resistant"}), 0xd11fcbda439e0621ULL);
}

TEST(StreamSeed, NamesAreDelimitedAndOrdered) {
  EXPECT_NE(stream_seed(0, {"ab", "c"}), stream_seed(0, {"a", "bc"}));
  EXPECT_NE(stream_seed(0, {"a", "b"}), stream_seed(0, {"b", "a"}));
  EXPECT_NE(stream_seed(0, {"a", ""}), stream_seed(0, {"a"}));
  EXPECT_NE(stream_seed(0, {"a"}), stream_seed(1, {"a"}));
}

}  // namespace
}  // namespace counterpoint
