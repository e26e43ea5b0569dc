// A pool of threads for loops of some microseconds: workers spin for a moment before they sleep.
#pragma once
#include <cstdint>
#include <functional>

namespace counterpoint::nn {

/// How many threads loops use, the caller's included. Default: the machine's cores (or COUNTERPOINT_THREADS).
void set_threads(int threads);
int threads();
/// What set_threads() was told; 0 = nothing.
int told_threads();

/// Calls body(begin, end) for pieces of [0, count), each of at most `grain` items; pieces are handed out as threads
/// become free. An exception in `body` ends the program: bodies are arithmetic only. Not reentrant: an inner call runs
/// on its caller's thread alone.
void parallel_for(std::int64_t count, std::int64_t grain, const std::function<void(std::int64_t, std::int64_t)>& body);

}  // namespace counterpoint::nn
