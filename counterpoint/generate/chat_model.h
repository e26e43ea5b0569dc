// A model that one can talk to: the in-process engine or an OpenAI-compatible server behind one interface.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "counterpoint/text/message.h"

namespace counterpoint::generate {

struct Sampling {
  double temperature = 0.7;  ///< 0 = greedy
  int top_k = 0;             ///< 0 = off
  double top_p = 1.0;        ///< 1 = off
  int min_new_tokens = 0;    ///< no stop token before that many
  int max_new_tokens = 80;
};

struct ChatRequest {
  text::Messages messages;
  std::string opening;  ///< the reply begins with this and the model goes on; "" = free
  Sampling sampling;
  std::uint64_t stream = 0;  ///< seed of this reply's own random stream
  /// Called from advance() with pieces of the reply's text as it grows; joined they are ChatReply::text. Pieces are
  /// whole characters. A server's reply comes as one piece.
  std::function<void(std::string_view piece)> on_text = nullptr;
  /// Asked in each advance(); true: the reply ends with what is there (of a server's, nothing).
  std::function<bool()> stop = nullptr;
};

struct ChatReply {
  std::string text;      ///< opening included, special tokens and outer white space left out
  bool stopped = false;  ///< ended by a stop token, not by max_new_tokens
  std::int64_t prompt_tokens = 0, reused_tokens = 0, new_tokens = 0;
  std::string error;  ///< not empty: no reply; one line that says why
};

/// How likely each continuation is as the reply (behind the opening).
struct ScoreRequest {
  text::Messages messages;
  std::string opening;
  std::vector<std::string> continuations;
  bool close_turn = false;  ///< the closing token belongs to each continuation
};

struct ScoreReply {
  struct Continuation {
    double logprob = 0;  ///< sum over the tokens, natural logarithm
    std::vector<double> token_logprobs;
  };
  std::vector<Continuation> continuations;
  std::string error;
};

struct ModelUse {
  std::int64_t prompt_tokens = 0, reused_tokens = 0, new_tokens = 0, replies = 0, failed = 0;
  bool operator==(const ModelUse&) const = default;
};

/// Requests are taken at any time, also from inside a callback; nothing runs until advance() is called.
class ChatModel {
 public:
  virtual ~ChatModel() = default;
  virtual std::string name() const = 0;
  virtual void submit(ChatRequest request, std::function<void(ChatReply)> done) = 0;
  /// Only where can_score(); a server cannot.
  virtual void submit(ScoreRequest request, std::function<void(ScoreReply)> done) = 0;
  virtual bool can_score() const = 0;
  /// Does a bounded piece of work (one decoding step, or waits briefly for a server), runs the callbacks of what is
  /// done. False: nothing is under way. Error: the model can serve nobody any more (a server that is gone).
  virtual bool advance() = 0;
  virtual ModelUse use() const = 0;
};

}  // namespace counterpoint::generate
