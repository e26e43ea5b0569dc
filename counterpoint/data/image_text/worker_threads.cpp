#include "counterpoint/data/image_text/worker_threads.h"

#include "counterpoint/core/error.h"

namespace counterpoint::image_text {

void check_workers(int workers) {
  constexpr int most = 256;
  if (workers < 1 || workers > most) fail("--workers {}: 1 to {} threads were expected", workers, most);
}

WorkerThreads::WorkerThreads(int count, const std::function<void()>& work, const std::function<void()>& stop) {
  threads_.reserve(static_cast<std::size_t>(count));
  try {
    for (int i = 0; i < count; ++i) threads_.emplace_back(work);
  } catch (const std::exception& error) {
    const std::size_t started = threads_.size();
    stop();
    threads_.clear();
    fail("only {} of {} worker threads could be started ({}); lower --workers", started, count, error.what());
  }
}

}  // namespace counterpoint::image_text
