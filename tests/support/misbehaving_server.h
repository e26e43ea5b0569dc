// An OpenAI-compatible chat server for tests that does what real servers do on a bad day, on demand.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "counterpoint/data/jsonl.h"
#include "tests/support/self_signed.h"

namespace counterpoint::test {

/// What the server does with one request.
enum class Act {
  answer,         ///< a normal answer, see echo_of
  echo_opening,   ///< a normal answer that repeats the opening
  closing_token,  ///< a normal answer with white space and <|im_end|> left in its text
  long_answer,    ///< a normal answer that max_tokens ended
  wait_for_more,  ///< a normal answer, given when MisbehavingServer::together requests are here at once
  busy,           ///< 429 with the header Retry-After: 0.2
  busy_for_an_hour,
  busy_till_a_date,  ///< 429 with a date in Retry-After
  broken,            ///< 500
  overloaded,        ///< 503 with a message
  hang,              ///< nothing, until the server stops
  cut_off,           ///< promises 1000 bytes and closes behind 10
  huge,              ///< 9 MiB
  not_json,
  no_choices,
  null_content,
  number_content,
  unauthorized,  ///< 401; the message repeats the Authorization header
  redirected,    ///< 307 to another path of this server
  bad_request    ///< 400 with a message of several lines and 1000 characters
};

struct SeenRequest {
  std::string path;
  std::string authorization;  ///< header's value; "" = not sent
  data::Json body;
};

/// Listens on a free port of 127.0.0.1 from construction to destruction.
class MisbehavingServer {
 public:
  /// The acts are done in this order, one per request; the last one is repeated. With an identity the server speaks
  /// https.
  explicit MisbehavingServer(std::vector<Act> acts, size_t together = 1, std::optional<Identity> identity = {});
  ~MisbehavingServer();

  /// "http://127.0.0.1:PORT/v1#echo", or https.
  std::string address() const;
  std::vector<SeenRequest> seen() const;
  size_t most_at_once() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// What the server says to these messages: "N messages, last: CONTENT, seed S".
std::string echo_of(const data::Json& request_body);

/// An address where nobody listens.
std::string dead_address();

/// An address where a connection is neither accepted nor refused, while this lives.
class DeafPort {
 public:
  DeafPort();
  ~DeafPort();
  DeafPort(const DeafPort&) = delete;
  DeafPort& operator=(const DeafPort&) = delete;
  std::string address() const;

 private:
  std::vector<int> sockets_;
};

}  // namespace counterpoint::test
