// One chat request brought to its end: tries, pauses between them, and the error when they are used up.
#pragma once
#include <functional>
#include <string>

#include "counterpoint/generate/remote.h"

namespace counterpoint::generate {

/// What is the same for all requests of one remote model.
struct RemoteService {
  RemoteAddress address;
  RemoteOptions options;
  std::string api_key;  ///< empty: none
};

/// Sleeps; false: stop waiting, nobody wants the reply any more.
using Pause = std::function<bool(std::chrono::milliseconds)>;

/// Before try number `next` (2 = the first retry). `retry_after` as HttpAnswer has it. The jitter comes from the
/// request's stream, so that many requests that failed together do not come back together.
std::chrono::milliseconds pause_before(int next, const RemoteOptions& options, std::chrono::milliseconds retry_after,
                                       std::uint64_t stream);

struct Exchanged {
  ChatReply reply;
  bool served = true;  ///< false: the server is gone, busy without end, or takes nothing from us (401, 403, 404)
};

Exchanged exchange(HttpPoster& poster, const RemoteService& service, const ChatRequest& request, const Pause& pause);

}  // namespace counterpoint::generate
