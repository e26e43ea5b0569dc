// A model behind an OpenAI-compatible server (vLLM, llama.cpp, OpenAI, ...).
#pragma once
#include <chrono>
#include <memory>
#include <string>

#include "counterpoint/generate/chat_model.h"
#include "counterpoint/generate/remote_address.h"
#include "counterpoint/generate/remote_http.h"

namespace counterpoint::generate {

struct RemoteOptions {
  std::string address;                                  ///< "http://127.0.0.1:8000/v1#model-name"
  int concurrency = 8;                                  ///< requests that run at once, 1 to 256
  int attempts = 5;                                     ///< tries per request, the first one included
  int give_up_after = 16;                               ///< requests in a row; 0 = never
  HttpTimeouts timeouts;                                ///< 10 s to connect, 180 s of silence
  std::chrono::milliseconds back_off{500};              ///< before the second try; doubles; times a factor in [0.5, 1)
  std::chrono::milliseconds back_off_limit{30'000};     ///< the doubling ends there
  std::chrono::milliseconds retry_after_limit{60'000};  ///< a server's Retry-After is obeyed up to that
  std::chrono::milliseconds advance_wait{50};           ///< how long advance() waits when nothing is done yet
};

/// Talks to nobody yet. The key is read from the environment variable OPENAI_API_KEY, now and only there; it is sent as
/// a bearer token and appears in no message. Error: a bad address or option, a key that no HTTP header can carry.
///
/// A reply fails (ChatReply::error names the server) and the run goes on when the server cannot be reached, is busy or
/// breaks (429, 408, 5xx) in each attempt, refuses (other statuses: no second try), or gives a malformed answer. When
/// options.give_up_after requests in a row found no server that takes any (unreachable, busy, 401, 403, 404), advance()
/// throws an Error. The server samples: the same seed gives the same reply only as far as the server promises that.
/// Destroying the model breaks off what is under way; its callbacks are not called.
std::unique_ptr<ChatModel> connect_remote(const RemoteOptions& options);

}  // namespace counterpoint::generate
