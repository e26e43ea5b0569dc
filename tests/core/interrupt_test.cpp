// Ctrl-C as a wish.
#include "counterpoint/core/interrupt.h"

#include <gtest/gtest.h>

#include <csignal>

namespace counterpoint {
namespace {

TEST(Interrupt, AGuardNotesTheFirstAndForgetsItAtItsEnd) {
  {
    const InterruptGuard guard;
    EXPECT_FALSE(interrupted());
    std::raise(SIGINT);
    EXPECT_TRUE(interrupted());
    EXPECT_EQ(std::signal(SIGINT, SIG_DFL), SIG_DFL) << "a second one ends the program";
  }
  EXPECT_FALSE(interrupted());
  EXPECT_EQ(std::signal(SIGINT, SIG_DFL), SIG_DFL);
  const InterruptGuard again;
  std::raise(SIGINT);
  EXPECT_TRUE(interrupted());
}

}  // namespace
}  // namespace counterpoint
