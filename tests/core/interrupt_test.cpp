#include "counterpoint/core/interrupt.h"

#include <csignal>
#include <cstdlib>

#include "tests/support/support.h"

namespace counterpoint {
namespace {

[[noreturn]] void raise_twice(int signal) {
  catch_interrupts();
  if (interrupted()) std::exit(3);
  std::raise(signal);
  if (!interrupted()) std::exit(4);
  std::raise(signal);
  std::exit(5);
}

TEST(Interrupt, TheFirstIsNotedTheSecondEnds) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(raise_twice(SIGINT), testing::KilledBySignal(SIGINT), "");
  EXPECT_EXIT(raise_twice(SIGTERM), testing::KilledBySignal(SIGTERM), "");
}

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
