// One connection to a server over which JSON is posted. Knows HTTP, nothing of chats.
#pragma once
#include <chrono>
#include <memory>
#include <string>

#include "counterpoint/generate/remote_address.h"

namespace counterpoint::generate {

struct HttpTimeouts {
  std::chrono::milliseconds connect{10'000};  ///< until the connection stands
  std::chrono::milliseconds read{180'000};    ///< how long the server may send nothing
};

/// Longer answers are refused while they are read.
inline constexpr std::size_t largest_answer_bytes = 8u << 20;

struct HttpAnswer {
  int status = 0;                             ///< 0: no whole answer came, see `problem`
  std::string body;                           ///< at most largest_answer_bytes
  std::chrono::milliseconds retry_after{-1};  ///< the server's Retry-After in seconds; -1: not given (or a date)
  std::string problem;                        ///< why no whole answer came, e.g. "connection refused"
  bool try_again = false;                     ///< the problem may pass
};

/// Keeps its connection alive between posts. One thread posts; any thread may interrupt.
class HttpPoster {
 public:
  /// `api_key` empty: no Authorization header. Redirects are not followed: they could carry the key elsewhere.
  HttpPoster(const RemoteAddress& address, const HttpTimeouts& timeouts, const std::string& api_key);
  ~HttpPoster();

  HttpAnswer post(const std::string& json);

  /// Makes a post() that is under way on another thread fail now, while it connects as well as while it waits.
  void interrupt();

 private:
  struct Connection;
  std::unique_ptr<Connection> connection_;
};

}  // namespace counterpoint::generate
