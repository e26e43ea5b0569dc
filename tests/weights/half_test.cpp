// 16-bit floating point numbers: there and back, and rounded to the nearest.
#include "counterpoint/weights/half.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace counterpoint::weights {
namespace {

TEST(Half, EveryNumberComesBack) {
  for (unsigned bits = 0; bits < 0x10000; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    if (!std::isnan(half_to_float(half))) {
      ASSERT_EQ(float_to_half(half_to_float(half)), half) << bits;
    }
    if (!std::isnan(bfloat_to_float(half))) {
      ASSERT_EQ(float_to_bfloat(bfloat_to_float(half)), half) << bits;
    }
  }
}

/// Between neighbours the nearer one is taken, in the middle the even one.
template <class Narrow, class Wide>
void expect_nearest(std::uint16_t last, const Narrow& narrow, const Wide& wide) {
  for (std::uint16_t low = 0; low < last; ++low) {
    const auto high = static_cast<std::uint16_t>(low + 1);
    const float middle = wide(low) + (wide(high) - wide(low)) / 2;
    ASSERT_EQ(narrow(middle), low % 2 == 0 ? low : high) << low;
    ASSERT_EQ(narrow(std::nextafter(middle, 0.0f)), low) << low;
    ASSERT_EQ(narrow(std::nextafter(middle, 1e38f)), high) << low;
    ASSERT_EQ(narrow(-middle), 0x8000 | narrow(middle)) << low;
  }
}

TEST(Half, RoundsToTheNearest) {
  expect_nearest(0x7BFF, float_to_half, half_to_float);  // up to the largest, 65504
  expect_nearest(0x7E00, float_to_bfloat, bfloat_to_float);
}

TEST(Half, WhatIsTooLargeIsInfinite) {
  EXPECT_EQ(float_to_half(65519.9f), 0x7BFF);
  EXPECT_EQ(float_to_half(65520.0f), 0x7C00);
  EXPECT_EQ(float_to_half(-1e30f), 0xFC00);
  EXPECT_EQ(float_to_bfloat(std::numeric_limits<float>::max()), 0x7F80);
  EXPECT_TRUE(std::isnan(half_to_float(float_to_half(std::nanf("")))));
  EXPECT_TRUE(std::isnan(bfloat_to_float(float_to_bfloat(std::bit_cast<float>(0x7F800001u)))));
}

}  // namespace
}  // namespace counterpoint::weights
