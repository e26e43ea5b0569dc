#include "counterpoint/generate/remote.h"

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <unordered_map>
#include <utility>

#include "counterpoint/core/error.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/generate/remote_pool.h"

namespace counterpoint::generate {
namespace {

std::string key_from_environment() {
  const char* set = std::getenv("OPENAI_API_KEY");
  const std::string key(trim(set ? set : ""));
  for (const char c : key)
    if (c <= ' ' || c > '~' || c == '"' || c == '\\')
      fail("OPENAI_API_KEY holds a character that no key has (white space, a quote or other than ASCII)");
  return key;
}

void check_options(const RemoteOptions& options) {
  const auto positive = [](std::chrono::milliseconds time, const char* what) {
    if (time.count() <= 0) fail("{} of a remote model must be longer than 0 ms, not {} ms", what, time.count());
  };
  if (options.concurrency < 1 || options.concurrency > 256)
    fail("a remote model's concurrency must be 1 to 256, not {}", options.concurrency);
  if (options.give_up_after < 0)
    fail("a remote model gives up after 0 (never) or more failures, not after {}", options.give_up_after);
  if (options.attempts < 1) fail("a remote model's attempts must be at least 1, not {}", options.attempts);
  positive(options.timeouts.connect, "the connect timeout");
  positive(options.timeouts.read, "the read timeout");
  positive(options.back_off, "the back-off");
  positive(options.back_off_limit, "the back-off limit");
}

class RemoteModel final : public ChatModel {
 public:
  explicit RemoteModel(RemoteService service)
      : name_(service.options.address),
        advance_wait_(service.options.advance_wait),
        give_up_after_(service.options.give_up_after),
        pool_(std::move(service)) {}

  std::string name() const override { return name_; }
  bool can_score() const override { return false; }
  ModelUse use() const override { return use_; }

  void submit(ChatRequest request, std::function<void(ChatReply)> done) override {
    Listener listener{std::exchange(request.on_text, nullptr), std::exchange(request.stop, nullptr), std::move(done)};
    waiting_.push_back({std::move(request), std::move(listener)});
  }

  void submit(ScoreRequest, std::function<void(ScoreReply)> done) override { unscored_.push_back(std::move(done)); }

  bool advance() override {
    if (waiting_.empty() && unscored_.empty() && under_way_.empty()) return false;
    hand_over();
    drop_stopped();
    if (!unscored_.empty()) {
      refuse_scores();
    } else {
      // Waits for the first only; what else is done by then comes along.
      for (auto done = pool_.take(advance_wait_); done; done = pool_.take({})) deliver(std::move(*done));
    }
    return true;
  }

 private:
  /// Who is told of a reply; called on the caller's thread only.
  struct Listener {
    std::function<void(std::string_view)> on_text;
    std::function<bool()> stop;
    std::function<void(ChatReply)> done;
  };
  struct Waiting {
    ChatRequest request;
    Listener listener;
  };

  void hand_over() {
    for (; !waiting_.empty(); waiting_.pop_front()) {
      under_way_.emplace(++last_id_, std::move(waiting_.front().listener));
      pool_.start(last_id_, std::move(waiting_.front().request));
    }
  }

  /// Nobody waits any more for what the server may still say to these.
  void drop_stopped() {
    std::vector<Listener> stopped;
    for (auto entry = under_way_.begin(); entry != under_way_.end();) {
      const bool stops = entry->second.stop && entry->second.stop();
      if (stops) stopped.push_back(std::move(entry->second));
      entry = stops ? under_way_.erase(entry) : std::next(entry);
    }
    for (const Listener& listener : stopped) listener.done({});
  }

  void refuse_scores() {
    for (size_t left = unscored_.size(); left > 0; --left) {
      const auto done = std::move(unscored_.front());
      unscored_.pop_front();
      ++use_.failed;
      ScoreReply reply;
      reply.error = name_ + ": a server cannot score; choose --answer-mode alias or a local --answer-model";
      done(std::move(reply));
    }
  }

  void deliver(RemotePool::Finished finished) {
    const auto entry = under_way_.extract(finished.id);
    if (entry.empty()) return;  // it was stopped
    const Listener& listener = entry.mapped();
    const bool served = finished.exchanged.served;
    ChatReply& reply = finished.exchanged.reply;
    ++(reply.error.empty() ? use_.replies : use_.failed);
    use_.prompt_tokens += reply.prompt_tokens;
    use_.reused_tokens += reply.reused_tokens;
    use_.new_tokens += reply.new_tokens;
    if (listener.on_text && !reply.text.empty()) listener.on_text(reply.text);
    const std::string error = reply.error;
    listener.done(std::move(reply));
    unserved_ = served ? 0 : unserved_ + 1;
    // It would be asked everything that is left, each question for as long as its tries last.
    if (give_up_after_ > 0 && unserved_ >= give_up_after_)
      fail("the last {} requests got nothing, the last one so: {}", unserved_, error);
  }

  std::string name_;
  std::chrono::milliseconds advance_wait_;
  int give_up_after_, unserved_ = 0;
  std::deque<Waiting> waiting_;  ///< submitted since the last advance()
  std::deque<std::function<void(ScoreReply)>> unscored_;
  std::unordered_map<std::int64_t, Listener> under_way_;
  std::int64_t last_id_ = 0;
  ModelUse use_;
  RemotePool pool_;
};

}  // namespace

std::unique_ptr<ChatModel> connect_remote(const RemoteOptions& options) {
  check_options(options);
  return std::make_unique<RemoteModel>(
      RemoteService{parse_remote_address(options.address), options, key_from_environment()});
}

}  // namespace counterpoint::generate
