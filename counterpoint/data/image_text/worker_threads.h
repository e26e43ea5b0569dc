// Threads that read and decode pictures.
#pragma once
#include <functional>
#include <thread>
#include <vector>

namespace counterpoint::image_text {

/// Error: not 1 to 256 threads: more are a slip of the pen.
void check_workers(int workers);

/// Threads that all run `work`. They are joined when this goes, by when `work` must come to its end.
class WorkerThreads {
 public:
  /// Error: the system gives no more threads. `stop` then ends the work of those that were started.
  WorkerThreads(int count, const std::function<void()>& work, const std::function<void()>& stop);

 private:
  std::vector<std::jthread> threads_;
};

}  // namespace counterpoint::image_text
