#include "counterpoint/generate/remote_pool.h"

#include <csignal>

#include "counterpoint/core/strings.h"

namespace counterpoint::generate {
namespace {

/// Signals are the program's business (Ctrl-C stops a run in its main thread), and a server that closes its end must
/// not end us with SIGPIPE.
void block_signals_in_this_thread() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

}  // namespace

RemotePool::~RemotePool() {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  work_came_.notify_all();
  stop_came_.notify_all();
  // Again and again: a worker may open its connection just behind an interruption.
  constexpr std::chrono::milliseconds between{20};
  while (running_ > 0) {
    for (const auto& worker : workers_) worker->poster.interrupt();
    work_done_.wait_for(lock, between, [&] { return running_ == 0; });
  }
  lock.unlock();
  for (const auto& worker : workers_) worker->thread.join();
}

void RemotePool::start(std::int64_t id, ChatRequest request) {
  bool all_busy = false;
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back({id, std::move(request)});
    all_busy = busy_ + queue_.size() > workers_.size();
  }
  if (all_busy && workers_.size() < static_cast<size_t>(service_.options.concurrency)) add_worker();
  work_came_.notify_one();
}

std::optional<RemotePool::Finished> RemotePool::take(std::chrono::milliseconds wait) {
  std::unique_lock lock(mutex_);
  if (!work_done_.wait_for(lock, wait, [&] { return !finished_.empty(); })) return std::nullopt;
  Finished first = std::move(finished_.front());
  finished_.pop_front();
  return first;
}

void RemotePool::add_worker() {
  auto worker = std::unique_ptr<Worker>(
      new Worker{.poster = HttpPoster(service_.address, service_.options.timeouts, service_.api_key), .thread = {}});
  const std::lock_guard lock(mutex_);
  worker->thread = std::thread([this, &poster = worker->poster] { run(poster); });
  ++running_;
  workers_.push_back(std::move(worker));
}

void RemotePool::run(HttpPoster& poster) {
  block_signals_in_this_thread();
  std::unique_lock lock(mutex_);
  while (true) {
    work_came_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
    if (stopping_) break;
    const Work work = std::move(queue_.front());
    queue_.pop_front();
    ++busy_;
    lock.unlock();
    Exchanged exchanged = answer(poster, work.request);
    lock.lock();
    --busy_;
    finished_.push_back({work.id, std::move(exchanged)});
    work_done_.notify_all();
  }
  --running_;
  work_done_.notify_all();
}

Exchanged RemotePool::answer(HttpPoster& poster, const ChatRequest& request) {
  const Pause pause = [this](std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    return !stop_came_.wait_for(lock, time, [this] { return stopping_; });
  };
  try {
    return exchange(poster, service_, request, pause);
  } catch (const std::exception& error) {
    // A thread must not end the program: out of memory, say, costs this reply only.
    Exchanged failed;
    failed.reply.error = service_.address.chat_url() + ": " + error.what();
    return failed;
  }
}

}  // namespace counterpoint::generate
