// Worker threads, each with a connection of its own, that bring requests to a server. Callbacks stay with the caller:
// only numbered requests and replies cross threads.
#pragma once
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "counterpoint/generate/remote_exchange.h"

namespace counterpoint::generate {

class RemotePool {
 public:
  struct Finished {
    std::int64_t id = 0;
    Exchanged exchanged;
  };

  /// Starts no thread: each comes with a request that finds all others busy, up to options.concurrency.
  explicit RemotePool(RemoteService service) : service_(std::move(service)) {}
  /// Breaks off what is under way.
  ~RemotePool();
  RemotePool(const RemotePool&) = delete;
  RemotePool& operator=(const RemotePool&) = delete;

  void start(std::int64_t id, ChatRequest request);
  /// The next finished one; waits up to `wait` for it.
  std::optional<Finished> take(std::chrono::milliseconds wait);

 private:
  struct Work {
    std::int64_t id = 0;
    ChatRequest request;
  };
  struct Worker {
    HttpPoster poster;
    std::thread thread;
  };

  void add_worker();
  void run(HttpPoster& poster);
  Exchanged answer(HttpPoster& poster, const ChatRequest& request);

  const RemoteService service_;
  std::vector<std::unique_ptr<Worker>> workers_;  ///< touched by the caller's thread only
  std::mutex mutex_;                              ///< for all that follows
  std::condition_variable work_came_, work_done_, stop_came_;
  std::deque<Work> queue_;
  std::deque<Finished> finished_;
  size_t busy_ = 0, running_ = 0;  ///< workers with a request; workers that have not ended
  bool stopping_ = false;
};

}  // namespace counterpoint::generate
