// A ChatModel whose replies are a function of the request, so that a test knows what will be said.
#pragma once
#include <algorithm>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "counterpoint/generate/chat_model.h"

namespace counterpoint::test {

class ScriptedModel final : public generate::ChatModel {
 public:
  using Reply = std::function<generate::ChatReply(const generate::ChatRequest&)>;
  using Logprob = std::function<double(const generate::ScoreRequest&, const std::string& continuation)>;

  explicit ScriptedModel(Reply reply, Logprob logprob = nullptr)
      : reply_(std::move(reply)), logprob_(std::move(logprob)) {}

  size_t per_step = 3;        ///< requests that one advance() serves
  bool newest_first = false;  ///< serves in the other order
  std::vector<generate::ChatRequest> chats;
  std::vector<generate::ScoreRequest> scores;

  std::string name() const override { return "scripted"; }
  bool can_score() const override { return logprob_ != nullptr; }
  generate::ModelUse use() const override { return use_; }

  void submit(generate::ChatRequest request, std::function<void(generate::ChatReply)> done) override {
    chats.push_back(request);
    waiting_.push_back([this, request = std::move(request), done = std::move(done)] {
      if (request.stop && request.stop()) return done({});
      generate::ChatReply reply = reply_(request);
      ++(reply.error.empty() ? use_.replies : use_.failed);
      if (request.on_text && !reply.text.empty()) request.on_text(reply.text);
      done(std::move(reply));
    });
  }

  void submit(generate::ScoreRequest request, std::function<void(generate::ScoreReply)> done) override {
    scores.push_back(request);
    waiting_.push_back([this, request = std::move(request), done = std::move(done)] {
      generate::ScoreReply reply;
      for (const std::string& continuation : request.continuations)
        reply.continuations.push_back(by_words(continuation, logprob_(request, continuation)));
      done(std::move(reply));
    });
  }

  bool advance() override {
    if (waiting_.empty()) return false;
    for (size_t served = 0; served < per_step && !waiting_.empty(); ++served) {
      const auto serve = newest_first ? waiting_.back() : waiting_.front();
      if (newest_first)
        waiting_.pop_back();
      else
        waiting_.pop_front();
      serve();
    }
    return true;
  }

 private:
  /// A token a word, equally likely.
  static generate::ScoreReply::Continuation by_words(const std::string& text, double logprob) {
    const auto words = static_cast<size_t>(std::count(text.begin() + 1, text.end(), ' ')) + 1;
    return {logprob, std::vector<double>(words, logprob / static_cast<double>(words))};
  }

  Reply reply_;
  Logprob logprob_;
  std::deque<std::function<void()>> waiting_;
  generate::ModelUse use_;
};

/// A finished reply.
inline generate::ChatReply said(const std::string& text) {
  generate::ChatReply reply;
  reply.text = text;
  reply.stopped = true;
  return reply;
}

/// A model that failed.
inline generate::ChatReply unsaid(const std::string& error) {
  generate::ChatReply reply;
  reply.error = error;
  return reply;
}

/// Runs the model until nothing is under way.
inline void run(generate::ChatModel& model) {
  while (model.advance()) {
  }
}

}  // namespace counterpoint::test
