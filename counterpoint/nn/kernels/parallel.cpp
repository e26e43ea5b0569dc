#include "counterpoint/nn/kernels/parallel.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace counterpoint::nn {
namespace {

thread_local bool inside_loop = false;

class Pool {
 public:
  explicit Pool(int threads) {
    for (int i = 1; i < threads; ++i) workers_.emplace_back([this] { work(); });
  }
  ~Pool() {
    stop_ = true;
    announce();
    for (std::thread& worker : workers_) worker.join();
  }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  int threads() const { return static_cast<int>(workers_.size()) + 1; }

  void run(std::int64_t count, std::int64_t grain, const std::function<void(std::int64_t, std::int64_t)>& body) {
    const std::lock_guard one_loop_at_a_time(mutex_);
    count_ = count;
    grain_ = grain;
    body_ = &body;
    next_.store(0, std::memory_order_relaxed);
    busy_.store(static_cast<int>(workers_.size()), std::memory_order_relaxed);
    announce();
    take_pieces();
    // On a busy machine a worker may have lost its core: give it ours rather than wait for it at full speed.
    for (int spins = 0; busy_.load(std::memory_order_acquire) > 0; ++spins) {
      if (spins < 2000) {
        pause();
      } else {
        std::this_thread::yield();
      }
    }
  }

 private:
  static void pause() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#else
    std::this_thread::yield();
#endif
  }

  void announce() {
    generation_.fetch_add(1, std::memory_order_seq_cst);  // before the sleepers are counted, on every machine
    if (sleepers_.load(std::memory_order_seq_cst) > 0) generation_.notify_all();
  }

  void take_pieces() {
    inside_loop = true;
    for (std::int64_t begin; (begin = next_.fetch_add(grain_, std::memory_order_relaxed)) < count_;)
      (*body_)(begin, std::min(begin + grain_, count_));
    inside_loop = false;
  }

  /// Waits until a loop newer than `seen` is announced: spins some 50 us, then sleeps.
  unsigned wait_for_news(unsigned seen) {
    constexpr int spins = 2000;
    for (int i = 0; i < spins; ++i) {
      const unsigned now = generation_.load(std::memory_order_acquire);
      if (now != seen) return now;
      pause();
    }
    sleepers_.fetch_add(1, std::memory_order_seq_cst);
    generation_.wait(seen, std::memory_order_seq_cst);
    sleepers_.fetch_sub(1, std::memory_order_seq_cst);
    return generation_.load(std::memory_order_acquire);
  }

  void work() {
    for (unsigned seen = 0;;) {
      seen = wait_for_news(seen);
      if (stop_) return;
      take_pieces();
      busy_.fetch_sub(1, std::memory_order_release);
    }
  }

  std::vector<std::thread> workers_;
  std::mutex mutex_;
  std::atomic<unsigned> generation_{0};
  std::atomic<int> sleepers_{0}, busy_{0};
  std::atomic<std::int64_t> next_{0};
  std::int64_t count_ = 0, grain_ = 1;
  const std::function<void(std::int64_t, std::int64_t)>* body_ = nullptr;
  std::atomic<bool> stop_{false};
};

int told = 0;

int default_threads() {
  if (const char* set = std::getenv("COUNTERPOINT_THREADS")) return std::max(1, std::atoi(set));
  return static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

std::unique_ptr<Pool>& pool() {
  static std::unique_ptr<Pool> the_pool = std::make_unique<Pool>(default_threads());
  return the_pool;
}

}  // namespace

void set_threads(int threads) {
  told = std::max(1, threads);
  if (pool()->threads() != threads) pool() = std::make_unique<Pool>(std::max(1, threads));
}

int threads() { return pool()->threads(); }
int told_threads() { return told; }

void parallel_for(std::int64_t count, std::int64_t grain, const std::function<void(std::int64_t, std::int64_t)>& body) {
  if (count <= 0) return;
  if (inside_loop || count <= grain || pool()->threads() == 1) return body(0, count);
  pool()->run(count, grain, body);
}

}  // namespace counterpoint::nn
