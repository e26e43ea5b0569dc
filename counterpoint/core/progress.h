// Progress of long work: the library reports to a sink, a program chooses which.
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace counterpoint {

/// Receives how far a long job is. The default does nothing, so that a library call is silent.
class ProgressSink {
 public:
  virtual ~ProgressSink() = default;
  /// `total` = 0: not known. `detail`: what else is worth seeing, e.g. "412 tok/s, 71 % reused".
  virtual void update(std::int64_t /*done*/, std::int64_t /*total*/, const std::string& /*detail*/) {}
  virtual void finish() {}
};

/// A bar with rate and time left on standard error; where that is no terminal, a plain line every `line_seconds`.
std::unique_ptr<ProgressSink> console_progress(std::string what, std::string unit, double line_seconds = 10.0);

}  // namespace counterpoint
