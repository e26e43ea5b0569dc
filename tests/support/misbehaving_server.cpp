#include "tests/support/misbehaving_server.h"

#include <fmt/format.h>
#include <httplib.h>

#include <condition_variable>
#include <stdexcept>
#include <thread>

namespace counterpoint::test {
namespace {

using data::Json;

std::string address_of(int port, bool tls = false) {
  return fmt::format("{}://127.0.0.1:{}/v1#echo", tls ? "https" : "http", port);
}

std::unique_ptr<httplib::Server> make_server(const std::optional<Identity>& identity) {
  if (!identity) return std::make_unique<httplib::Server>();
  return std::make_unique<httplib::SSLServer>(identity->certificate.get(), identity->key.get());
}

void say(httplib::Response& response, int status, const Json& body) {
  response.status = status;
  response.set_content(body.dump(), "application/json");
}

Json error_body(const std::string& message) { return {{"error", {{"message", message}, {"type", "test"}}}}; }

void busy(httplib::Response& response, const char* retry_after) {
  response.set_header("Retry-After", retry_after);
  say(response, 429, error_body("slow down"));
}

Json normal_answer(const Json& content, const char* finish_reason = "stop") {
  return {
      {"choices", {{{"message", {{"role", "assistant"}, {"content", content}}}, {"finish_reason", finish_reason}}}},
      {"usage", {{"prompt_tokens", 40}, {"completion_tokens", 7}, {"prompt_tokens_details", {{"cached_tokens", 32}}}}}};
}

void cut_off(httplib::Response& response) {
  response.set_content_provider(1000, "application/json", [](size_t, size_t, httplib::DataSink& sink) {
    sink.write("{\"choices\"", 10);
    return false;
  });
}

void answer_wrongly(Act act, const httplib::Request& request, httplib::Response& response) {
  switch (act) {
    case Act::busy:
      return busy(response, "0.2");
    case Act::busy_for_an_hour:
      return busy(response, "3600");
    case Act::busy_till_a_date:
      return busy(response, "Wed, 21 Oct 2099 07:28:00 GMT");
    case Act::broken:
      response.status = 500;
      return;
    case Act::overloaded:
      return say(response, 503, error_body("no free slot"));
    case Act::cut_off:
      return cut_off(response);
    case Act::huge:
      return response.set_content(std::string(9u << 20, ' '), "application/json");
    case Act::not_json:
      return response.set_content("<html>\n  Welcome!</html>", "text/html");
    case Act::no_choices:
      return say(response, 200, error_body("model is asleep"));
    case Act::null_content:
      return say(response, 200, normal_answer(nullptr));
    case Act::number_content:
      return say(response, 200, normal_answer(42));
    case Act::unauthorized:
      return say(response, 401, error_body("wrong key: " + request.get_header_value("Authorization")));
    case Act::redirected:
      return response.set_redirect("/elsewhere", 307);
    case Act::bad_request:
      return say(response, 400, error_body("first line\n\tsecond \x01 line " + std::string(1000, 'x')));
    default:
      throw std::logic_error("an act without its answer");
  }
}

std::string opening_of(const Json& body) {
  return body.contains("continue_final_message") ? body["messages"].back()["content"].get<std::string>() : "";
}

}  // namespace

std::string echo_of(const Json& body) {
  const Json& messages = body["messages"];
  return fmt::format("{} messages, last: {}, seed {}", messages.size(), messages.back()["content"].get<std::string>(),
                     body["seed"].get<std::int64_t>());
}

struct MisbehavingServer::State {
  std::optional<Identity> identity;  ///< outlives the server, which uses it
  std::unique_ptr<httplib::Server> server;
  int port = 0;
  std::vector<Act> acts;
  size_t together = 1;
  std::thread thread;

  mutable std::mutex mutex;  ///< for all that follows
  std::condition_variable changed;
  std::vector<SeenRequest> seen;
  size_t here = 0, most = 0;
  bool stopping = false;

  /// Notes the request; gives what is to be done with it.
  Act arrive(const httplib::Request& request, const Json& body) {
    const std::lock_guard lock(mutex);
    const Act act = acts[std::min(seen.size(), acts.size() - 1)];
    seen.push_back({request.path, request.get_header_value("Authorization"), body});
    most = std::max(most, ++here);
    changed.notify_all();
    return act;
  }

  void leave() {
    const std::lock_guard lock(mutex);
    --here;
  }

  template <class Condition>
  void wait(Condition condition) {
    std::unique_lock lock(mutex);
    changed.wait_for(lock, std::chrono::seconds(20), [&] { return stopping || condition(); });
  }

  void handle(const httplib::Request& request, httplib::Response& response) {
    const Json body = Json::parse(request.body);
    const Act act = arrive(request, body);
    switch (act) {
      case Act::wait_for_more:
        wait([&] { return most >= together; });
        [[fallthrough]];
      case Act::answer:
        say(response, 200, normal_answer(echo_of(body)));
        break;
      case Act::echo_opening:
        say(response, 200, normal_answer(opening_of(body) + " as I said"));
        break;
      case Act::closing_token:
        say(response, 200, normal_answer("\n " + echo_of(body) + " <|im_end|>\n"));
        break;
      case Act::long_answer:
        say(response, 200, normal_answer(echo_of(body), "length"));
        break;
      case Act::hang:
        wait([] { return false; });
        break;
      default:
        answer_wrongly(act, request, response);
    }
    leave();
  }
};

MisbehavingServer::MisbehavingServer(std::vector<Act> acts, size_t together, std::optional<Identity> identity)
    : state_(std::make_unique<State>()) {
  State& state = *state_;
  state.acts = std::move(acts);
  state.identity = std::move(identity);
  state.server = make_server(state.identity);
  state.together = together;
  state.server->new_task_queue = [] { return new httplib::ThreadPool(32); };
  state.server->set_keep_alive_timeout(1);
  state.server->set_tcp_nodelay(true);
  state.server->Post(".*", [&state](const auto& request, auto& response) { state.handle(request, response); });
  state.port = state.server->bind_to_any_port("127.0.0.1");
  if (state.port <= 0) throw std::runtime_error("no free port on 127.0.0.1");
  // The socket listens from here on, so nobody has to wait for the thread.
  state.thread = std::thread([&state] { state.server->listen_after_bind(); });
}

MisbehavingServer::~MisbehavingServer() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
    state_->changed.notify_all();
  }
  // stop() does nothing before the thread has come to listen.
  while (!state_->server->is_running()) std::this_thread::yield();
  state_->server->stop();
  state_->thread.join();
}

std::string MisbehavingServer::address() const { return address_of(state_->port, state_->identity.has_value()); }

std::vector<SeenRequest> MisbehavingServer::seen() const {
  const std::lock_guard lock(state_->mutex);
  return state_->seen;
}

size_t MisbehavingServer::most_at_once() const {
  const std::lock_guard lock(state_->mutex);
  return state_->most;
}

namespace {

/// A socket bound to a free port of 127.0.0.1.
int bound_socket(sockaddr_in& address) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (socket < 0 || ::bind(socket, generic, size) != 0 || ::getsockname(socket, generic, &size) != 0)
    throw std::runtime_error("no free port on 127.0.0.1");
  return socket;
}

}  // namespace

std::string dead_address() {
  sockaddr_in address;
  ::close(bound_socket(address));
  return address_of(ntohs(address.sin_port));
}

DeafPort::DeafPort() {
  sockaddr_in address;
  sockets_.push_back(bound_socket(address));
  ::listen(sockets_.front(), 0);
  // Fill the queue of connections that wait to be accepted: the next ones get no answer.
  for (int i = 0; i < 4; ++i) {
    sockets_.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    ::connect(sockets_.back(), reinterpret_cast<sockaddr*>(&address), sizeof(address));
  }
}

DeafPort::~DeafPort() {
  for (const int socket : sockets_) ::close(socket);
}

std::string DeafPort::address() const {
  sockaddr_in address;
  socklen_t size = sizeof(address);
  ::getsockname(sockets_.front(), reinterpret_cast<sockaddr*>(&address), &size);
  return address_of(ntohs(address.sin_port));
}

}  // namespace counterpoint::test
