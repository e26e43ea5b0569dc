#include "counterpoint/protoclip/train/pass_rate.h"

#include <gtest/gtest.h>

namespace counterpoint::protoclip {
namespace {

TEST(PassRate, CountsThePairsAndSecondsOfTheRunningPassUpToNow) {
  double now = 100;
  PassRate rate([&] { return now; });
  rate.begin();
  EXPECT_EQ(rate.per_second(), 0);
  rate.add(64);
  now += 2;  // the batch that was just added took them
  EXPECT_EQ(rate.per_second(), 32);
  rate.add(64);
  now += 6;
  EXPECT_EQ(rate.per_second(), 16);
  now += 1000;  // features and clusters
  rate.begin();
  rate.add(64);
  now += 1;
  EXPECT_EQ(rate.per_second(), 64);
}

}  // namespace
}  // namespace counterpoint::protoclip
