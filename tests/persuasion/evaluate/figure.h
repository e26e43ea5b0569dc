// A figure of an evaluation by its name.
#pragma once
#include <gtest/gtest.h>

#include "counterpoint/persuasion/evaluate/figures.h"

namespace counterpoint::persuasion {

/// Fails the test, and is -1, where there is none.
inline double figure(const std::vector<Figure>& figures, const std::string& metric) {
  const auto value = value_of(figures, metric);
  EXPECT_TRUE(value.has_value()) << metric;
  return value.value_or(-1);
}

}  // namespace counterpoint::persuasion
