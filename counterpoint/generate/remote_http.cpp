#include "counterpoint/generate/remote_http.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <httplib.h>

#include <charconv>
#include <mutex>

#include "counterpoint/core/strings.h"

namespace counterpoint::generate {
namespace {

using Clock = std::chrono::steady_clock;

double seconds(std::chrono::milliseconds time) { return static_cast<double>(time.count()) / 1000; }

/// A second descriptor of the connection's socket. Shutting that down wakes a thread that connects, reads or writes,
/// and because it is ours it never names somebody else's socket, as the library's own number might after a close.
class SecondHandle {
 public:
  ~SecondHandle() { replace(-1); }
  void take(int socket) {
    const std::lock_guard lock(mutex_);
    replace(::fcntl(socket, F_DUPFD_CLOEXEC, 0));
  }
  void shut_down() {
    const std::lock_guard lock(mutex_);
    if (descriptor_ >= 0) ::shutdown(descriptor_, SHUT_RDWR);
  }

 private:
  void replace(int descriptor) {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = descriptor;
  }
  std::mutex mutex_;
  int descriptor_ = -1;
};

std::unique_ptr<httplib::ClientImpl> make_client(const RemoteAddress& address) {
  if (address.tls) return std::make_unique<httplib::SSLClient>(address.host, address.port);
  return std::make_unique<httplib::ClientImpl>(address.host, address.port);
}

/// Retry-After in seconds, whole or with a fraction; a date is taken as not given.
std::chrono::milliseconds read_retry_after(const httplib::Response& response) {
  const std::string text = response.get_header_value("Retry-After");
  double value = -1;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || problem != std::errc{} || end != text.data() + text.size() || !(value >= 0))
    return std::chrono::milliseconds{-1};
  constexpr double a_day = 86'400;
  return std::chrono::milliseconds{static_cast<std::int64_t>(std::min(value, a_day) * 1000)};
}

HttpAnswer no_answer(std::string problem, bool try_again) {
  HttpAnswer answer;
  answer.problem = std::move(problem);
  answer.try_again = try_again;
  return answer;
}

/// What the library's error means to a user, and whether it may pass.
HttpAnswer explain(httplib::Error error, const HttpTimeouts& timeouts, Clock::duration took) {
  switch (error) {
    case httplib::Error::Connection:
      if (took < timeouts.connect)
        return no_answer("no connection: refused or unknown host (does the server run?)", true);
      [[fallthrough]];
    case httplib::Error::ConnectionTimeout:
      return no_answer(fmt::format("no connection within {:g} s", seconds(timeouts.connect)), true);
    case httplib::Error::SSLServerVerification:
    case httplib::Error::SSLLoadingCerts:
      return no_answer("the server's certificate is not trusted", false);
    case httplib::Error::SSLConnection:
      return no_answer("no TLS connection (does the server speak https?)", true);
    default:
      if (took >= timeouts.read) return no_answer(fmt::format("no answer within {:g} s", seconds(timeouts.read)), true);
      return no_answer("the connection broke off before the whole answer was there", true);
  }
}

}  // namespace

struct HttpPoster::Connection {
  std::unique_ptr<httplib::ClientImpl> client;
  std::string path;
  HttpTimeouts timeouts;
  httplib::Headers headers{{"Content-Type", "application/json"}, {"Accept", "application/json"}};
  SecondHandle handle;
};

HttpPoster::HttpPoster(const RemoteAddress& address, const HttpTimeouts& timeouts, const std::string& api_key)
    : connection_(std::make_unique<Connection>()) {
  Connection& to = *connection_;
  to.client = make_client(address);
  to.path = address.chat_path();
  to.timeouts = timeouts;
  if (!api_key.empty()) to.headers.emplace("Authorization", "Bearer " + api_key);
  to.client->set_connection_timeout(timeouts.connect);
  to.client->set_read_timeout(timeouts.read);
  to.client->set_write_timeout(timeouts.read);
  to.client->set_keep_alive(true);
  to.client->set_tcp_nodelay(true);
  to.client->set_socket_options([handle = &to.handle](int socket) { handle->take(socket); });
}

HttpPoster::~HttpPoster() = default;

HttpAnswer HttpPoster::post(const std::string& json) {
  std::string body;
  bool too_long = false;
  httplib::Request request;
  request.method = "POST";
  request.path = connection_->path;
  request.headers = connection_->headers;
  request.body = json;
  request.content_receiver = [&](const char* data, size_t size, uint64_t, uint64_t) {
    too_long = body.size() + size > largest_answer_bytes;
    if (!too_long) body.append(data, size);
    return !too_long;
  };
  const auto start = Clock::now();
  const httplib::Result result = connection_->client->send(request);
  if (too_long) return no_answer(fmt::format("the answer is longer than {} MiB", largest_answer_bytes >> 20), false);
  if (!result) return explain(result.error(), connection_->timeouts, Clock::now() - start);
  HttpAnswer answer;
  answer.status = result->status;
  answer.body = std::move(body);
  answer.retry_after = read_retry_after(*result);
  return answer;
}

void HttpPoster::interrupt() { connection_->handle.shut_down(); }

}  // namespace counterpoint::generate
