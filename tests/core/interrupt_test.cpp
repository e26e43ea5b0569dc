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

}  // namespace
}  // namespace counterpoint
