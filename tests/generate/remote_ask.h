// What the tests of remote models share: quick options, a question, and asking it.
#pragma once
#include <cstdlib>
#include <optional>
#include <string>

#include "counterpoint/generate/remote.h"
#include "tests/support/misbehaving_server.h"
#include "tests/support/support.h"

namespace counterpoint::test {

/// Sets or, with nullptr, removes an environment variable; puts back what was there.
class EnvironmentSet {
 public:
  EnvironmentSet(const char* name, const char* value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    set(value);
  }
  ~EnvironmentSet() { set(before_ ? before_->c_str() : nullptr); }
  EnvironmentSet(const EnvironmentSet&) = delete;
  EnvironmentSet& operator=(const EnvironmentSet&) = delete;

 private:
  void set(const char* value) { value ? ::setenv(name_, value, 1) : ::unsetenv(name_); }
  const char* name_;
  std::optional<std::string> before_;
};

/// Options whose pauses last milliseconds.
inline generate::RemoteOptions quick(const std::string& address) {
  using namespace std::chrono_literals;
  generate::RemoteOptions options;
  options.address = address;
  options.timeouts = {.connect = 5s, .read = 10s};
  options.back_off = 1ms;
  options.back_off_limit = 4ms;
  return options;
}

inline generate::ChatRequest question(const std::string& content) {
  generate::ChatRequest request;
  request.messages = {{"user", content}};
  request.stream = 5;
  return request;
}

inline generate::ChatReply ask(generate::ChatModel& model, generate::ChatRequest request) {
  std::optional<generate::ChatReply> answer;
  model.submit(std::move(request), [&](generate::ChatReply reply) { answer = std::move(reply); });
  while (model.advance()) {
  }
  EXPECT_TRUE(answer.has_value());
  return answer.value_or(generate::ChatReply{});
}

/// Asks one question of a server, with a new client.
inline generate::ChatReply ask(const MisbehavingServer& server) {
  return ask(*connect_remote(quick(server.address())), question("Hi?"));
}

}  // namespace counterpoint::test
