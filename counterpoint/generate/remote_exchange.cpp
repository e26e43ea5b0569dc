#include "counterpoint/generate/remote_exchange.h"

#include <fmt/format.h>

#include <algorithm>

#include "counterpoint/core/random.h"
#include "counterpoint/generate/remote_protocol.h"

namespace counterpoint::generate {
namespace {

bool may_pass(int status) { return status == 408 || status == 429 || status >= 500; }

/// Whether the next request would fare no better. Other refusals, such as of a prompt that is too long, are of that
/// request alone.
bool serves_nobody(int status) {
  return status == 0 || may_pass(status) || status == 401 || status == 403 || status == 404;
}

/// Why `answer` is no reply, for a user.
std::string describe(const HttpAnswer& answer, const RemoteService& service) {
  if (answer.status == 0) return answer.problem;
  const std::string said = server_message(answer.body, service.api_key);
  std::string problem = fmt::format("answered {}{}", answer.status, said.empty() ? "" : ": " + said);
  if (answer.status == 401 && service.api_key.empty()) problem += " (OPENAI_API_KEY is not set)";
  if (answer.status == 404 && service.address.path.empty()) problem += " (most servers' addresses end in /v1)";
  return problem;
}

std::string error_line(const RemoteService& service, int attempts, const std::string& problem) {
  const std::string tries = attempts > 1 ? fmt::format(", after {} attempts", attempts) : "";
  return fmt::format("{} (model {}){}: {}", service.address.chat_url(), service.address.model, tries, problem);
}

ChatReply read_reply(const HttpAnswer& answer, const RemoteService& service, const ChatRequest& request, int attempts) {
  ChatReply reply = read_chat_answer(answer.body, request.opening);
  if (reply.error.empty()) return reply;
  const std::string said = server_message(answer.body, service.api_key);
  reply.error = error_line(service, attempts, reply.error + (said.empty() ? "" : ": " + said));
  return reply;
}

}  // namespace

std::chrono::milliseconds pause_before(int next, const RemoteOptions& options, std::chrono::milliseconds retry_after,
                                       std::uint64_t stream) {
  if (retry_after.count() >= 0) return std::min(retry_after, options.retry_after_limit);
  auto pause = std::min(options.back_off, options.back_off_limit);
  for (int retry = 2; retry < next && pause < options.back_off_limit; ++retry)
    pause = std::min(pause * 2, options.back_off_limit);
  const double jitter = RandomStream(stream + static_cast<std::uint64_t>(next)).uniform();
  return std::chrono::milliseconds{
      static_cast<std::int64_t>(static_cast<double>(pause.count()) * (0.5 + 0.5 * jitter))};
}

Exchanged exchange(HttpPoster& poster, const RemoteService& service, const ChatRequest& request, const Pause& pause) {
  const std::string body = chat_body(service.address.model, request);
  Exchanged out;
  for (int attempt = 1;; ++attempt) {
    const HttpAnswer answer = poster.post(body);
    if (answer.status == 200) return {.reply = read_reply(answer, service, request, attempt)};
    out.reply.error = error_line(service, attempt, describe(answer, service));
    out.served = !serves_nobody(answer.status);
    const bool again = answer.status == 0 ? answer.try_again : may_pass(answer.status);
    if (!again || attempt >= service.options.attempts) return out;
    if (!pause(pause_before(attempt + 1, service.options, answer.retry_after, request.stream))) return out;
  }
}

}  // namespace counterpoint::generate
