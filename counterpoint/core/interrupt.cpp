#include "counterpoint/core/interrupt.h"

#include <csignal>

namespace counterpoint {
namespace {

volatile std::sig_atomic_t noted = 0;

void note(int signal) {
  noted = 1;
  std::signal(signal, SIG_DFL);
}

}  // namespace

void catch_interrupts() {
  std::signal(SIGINT, note);
  std::signal(SIGTERM, note);
}

InterruptGuard::InterruptGuard() { std::signal(SIGINT, note); }

InterruptGuard::~InterruptGuard() {
  std::signal(SIGINT, SIG_DFL);
  noted = 0;
}

bool interrupted() { return noted != 0; }

}  // namespace counterpoint
