// Ctrl-C as a wish that long work looks for, so that what is done is kept.
#pragma once

namespace counterpoint {

/// From now on the first SIGINT or SIGTERM is only noted; a second one ends the program at once.
void catch_interrupts();

/// Whether one has come.
bool interrupted();

/// While it lives, Ctrl-C is only noted, and a second one ends the program; afterwards the first one does again, and
/// none is noted any more.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
};

/// Thrown by work that stopped because of it, after saving what was done. A program then ends with code 130.
struct Interrupted {};

}  // namespace counterpoint
