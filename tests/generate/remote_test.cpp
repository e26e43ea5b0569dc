#include "counterpoint/generate/remote.h"

#include <cstdlib>
#include <optional>
#include <thread>

#include "tests/support/misbehaving_server.h"
#include "tests/support/support.h"

namespace counterpoint::generate {
namespace {

using namespace std::chrono_literals;
using test::Act;
using test::error_of;
using test::MisbehavingServer;
using Clock = std::chrono::steady_clock;

constexpr const char* key_variable = "OPENAI_API_KEY";

/// Sets or, with nullptr, removes the key; puts back what was there.
class KeySet {
 public:
  explicit KeySet(const char* key) {
    if (const char* before = std::getenv(key_variable)) before_ = before;
    set(key);
  }
  ~KeySet() { set(before_ ? before_->c_str() : nullptr); }
  KeySet(const KeySet&) = delete;
  KeySet& operator=(const KeySet&) = delete;

 private:
  static void set(const char* key) { key ? ::setenv(key_variable, key, 1) : ::unsetenv(key_variable); }
  std::optional<std::string> before_;
};

RemoteOptions quick(const std::string& address) {
  RemoteOptions options;
  options.address = address;
  options.timeouts = {.connect = 5s, .read = 10s};
  options.back_off = 1ms;
  options.back_off_limit = 4ms;
  return options;
}

ChatRequest question(const std::string& content) {
  ChatRequest request;
  request.messages = {{"user", content}};
  request.stream = 5;
  return request;
}

ChatReply ask(ChatModel& model, ChatRequest request) {
  std::optional<ChatReply> answer;
  model.submit(std::move(request), [&](ChatReply reply) { answer = std::move(reply); });
  while (model.advance()) {
  }
  EXPECT_TRUE(answer.has_value());
  return answer.value_or(ChatReply{});
}

/// Asks one question of a server that does `acts`, with a new client.
ChatReply ask(const MisbehavingServer& server) {
  return ask(*connect_remote(quick(server.address())), question("Hi?"));
}

void expect_contains(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << text;
}

bool holds_blank_lines(const std::string& text) { return text.find_first_of("\n\r\t") != std::string::npos; }

TEST(Remote, AsksAndCounts) {
  const MisbehavingServer server({Act::answer});
  const auto model = connect_remote(quick(server.address()));
  EXPECT_EQ(model->name(), server.address());
  const ChatReply reply = ask(*model, question("Capital?"));
  EXPECT_EQ(reply.error, "");
  ASSERT_EQ(server.seen().size(), 1u);
  EXPECT_EQ(server.seen()[0].path, "/v1/chat/completions");
  EXPECT_EQ(server.seen()[0].body["model"], "echo");
  EXPECT_EQ(reply.text, test::echo_of(server.seen()[0].body));
  EXPECT_TRUE(reply.stopped);
  EXPECT_EQ(reply.prompt_tokens, 40);
  EXPECT_EQ(reply.reused_tokens, 32);
  EXPECT_EQ(reply.new_tokens, 7);
  EXPECT_EQ(ask(*model, question("Again?")).error, "");
  const ModelUse use = model->use();
  EXPECT_EQ(use.replies, 2);
  EXPECT_EQ(use.failed, 0);
  EXPECT_EQ(use.prompt_tokens, 80);
  EXPECT_EQ(use.reused_tokens, 64);
  EXPECT_EQ(use.new_tokens, 14);
}

TEST(Remote, CleansTheText) {
  const MisbehavingServer server({Act::closing_token});
  const ChatReply reply = ask(server);
  EXPECT_EQ(reply.text, test::echo_of(server.seen()[0].body));
}

TEST(Remote, KnowsWhenTheLengthEndedAReply) { EXPECT_FALSE(ask(MisbehavingServer({Act::long_answer})).stopped); }

TEST(Remote, OpeningStandsInFrontOnce) {
  const MisbehavingServer server({Act::answer, Act::echo_opening});
  const auto model = connect_remote(quick(server.address()));
  ChatRequest request = question("Capital?");
  request.opening = "I still say Paris";
  const ChatReply continued = ask(*model, request);
  EXPECT_EQ(continued.text, "I still say Paris" + test::echo_of(server.seen()[0].body));
  EXPECT_EQ(ask(*model, request).text, "I still say Paris as I said");
}

TEST(Remote, NothingRunsBeforeAdvance) {
  const MisbehavingServer server({Act::answer});
  const auto model = connect_remote(quick(server.address()));
  EXPECT_FALSE(model->advance());
  bool called = false;
  model->submit(question("Hi?"), [&](ChatReply) { called = true; });
  std::this_thread::sleep_for(30ms);
  EXPECT_TRUE(server.seen().empty());
  EXPECT_FALSE(called);
  while (model->advance()) {
  }
  EXPECT_TRUE(called);
  EXPECT_FALSE(model->advance());
}

TEST(Remote, CallbacksRunOnTheCallersThreadAndMaySubmit) {
  const MisbehavingServer server({Act::answer});
  const auto model = connect_remote(quick(server.address()));
  const auto here = std::this_thread::get_id();
  int depth = 0;
  std::function<void(ChatReply)> again = [&](ChatReply reply) {
    EXPECT_EQ(reply.error, "");
    EXPECT_EQ(std::this_thread::get_id(), here);
    if (++depth < 4) model->submit(question(std::to_string(depth)), again);
  };
  model->submit(question("0"), again);
  while (model->advance()) {
  }
  EXPECT_EQ(depth, 4);
  EXPECT_EQ(server.seen().size(), 4u);
}

TEST(Remote, ACallbackThatThrowsLosesNobodyElsesReply) {
  const MisbehavingServer server({Act::answer});
  const auto model = connect_remote(quick(server.address()));
  int replies = 0;
  model->submit(question("a"), [](ChatReply) { fail("no disk space"); });
  model->submit(question("b"), [&](ChatReply) { ++replies; });
  int thrown = 0;
  for (bool more = true; more;) {
    try {
      more = model->advance();
    } catch (const Error&) {
      ++thrown;
    }
  }
  EXPECT_EQ(thrown, 1);
  EXPECT_EQ(replies, 1);
}

TEST(Remote, SeveralRequestsRunAtOnceUpToTheLimit) {
  const MisbehavingServer server({Act::wait_for_more}, 4);
  RemoteOptions options = quick(server.address());
  options.concurrency = 4;
  const auto model = connect_remote(options);
  std::vector<std::string> replies(12);
  for (size_t i = 0; i < replies.size(); ++i)
    model->submit(question("number " + std::to_string(i)), [&, i](ChatReply reply) { replies[i] = reply.text; });
  while (model->advance()) {
  }
  // The server keeps the first ones waiting until four are there: with fewer at once this would take 20 s and fail.
  EXPECT_EQ(server.most_at_once(), 4u);
  for (size_t i = 0; i < replies.size(); ++i) expect_contains(replies[i], "last: number " + std::to_string(i) + ",");
}

TEST(Remote, AdvanceWaitsBrieflyOnly) {
  const MisbehavingServer server({Act::hang});
  const auto model = connect_remote(quick(server.address()));
  model->submit(question("Hi?"), [](ChatReply) {});
  const auto start = Clock::now();
  EXPECT_TRUE(model->advance());
  EXPECT_GE(Clock::now() - start, 45ms);
  EXPECT_LT(Clock::now() - start, 3s);
}

TEST(RemoteRetries, WaitAsLongAsTheServerSays) {
  const MisbehavingServer server({Act::busy, Act::answer});
  const auto start = Clock::now();
  EXPECT_EQ(ask(server).error, "");
  EXPECT_GE(Clock::now() - start, 200ms);
  EXPECT_EQ(server.seen().size(), 2u);
  EXPECT_EQ(server.seen()[0].body, server.seen()[1].body);
}

TEST(RemoteRetries, DoNotWaitForAnHour) {
  const MisbehavingServer server({Act::busy_for_an_hour, Act::answer});
  RemoteOptions options = quick(server.address());
  options.back_off = options.back_off_limit = 1h;  // so that only the server's word can end the wait
  options.retry_after_limit = 10ms;
  EXPECT_EQ(ask(*connect_remote(options), question("Hi?")).error, "");
}

TEST(RemoteRetries, TakeADateForNoWord) {
  const MisbehavingServer server({Act::busy_till_a_date, Act::answer});
  EXPECT_EQ(ask(server).error, "");
}

TEST(RemoteRetries, OutliveErrorsOfTheServer) {
  const MisbehavingServer server({Act::broken, Act::overloaded, Act::cut_off, Act::broken, Act::answer});
  EXPECT_EQ(ask(server).error, "");
  EXPECT_EQ(server.seen().size(), 5u);
}

TEST(RemoteRetries, EndAndNameTheServer) {
  const MisbehavingServer server({Act::overloaded});
  const auto model = connect_remote(quick(server.address()));
  const ChatReply reply = ask(*model, question("Hi?"));
  const std::string base = server.address().substr(0, server.address().find('#'));
  EXPECT_EQ(reply.error, base + "/chat/completions (model echo), after 5 attempts: answered 503: no free slot");
  EXPECT_EQ(server.seen().size(), 5u);
  EXPECT_EQ(model->use().failed, 1);
  EXPECT_EQ(model->use().replies, 0);
}

TEST(RemoteRetries, NoticeAConnectionThatBreaksOff) {
  const MisbehavingServer server({Act::cut_off});
  expect_contains(ask(server).error, "after 5 attempts: the connection broke off before the whole answer was there");
  EXPECT_EQ(server.seen().size(), 5u);
}

TEST(RemoteRetries, GiveUpOnSilence) {
  const MisbehavingServer server({Act::hang});
  RemoteOptions options = quick(server.address());
  options.timeouts.read = 80ms;
  options.attempts = 2;
  expect_contains(ask(*connect_remote(options), question("Hi?")).error, "after 2 attempts: no answer within 0.08 s");
  EXPECT_EQ(server.seen().size(), 2u);
}

TEST(RemoteRetries, GiveUpWhereNobodyListens) {
  RemoteOptions options = quick(test::dead_address());
  options.attempts = 3;
  const std::string error = ask(*connect_remote(options), question("Hi?")).error;
  expect_contains(error, options.address.substr(0, options.address.find('#')));
  expect_contains(error, "after 3 attempts: no connection: refused");
}

TEST(RemoteRetries, GiveUpOnAConnectionThatNeverStands) {
  const test::DeafPort deaf;
  RemoteOptions options = quick(deaf.address());
  options.timeouts.connect = 100ms;
  options.attempts = 2;
  expect_contains(ask(*connect_remote(options), question("Hi?")).error, "no connection within 0.1 s");
}

TEST(RemoteRefusals, AreNotTriedAgain) {
  const MisbehavingServer server({Act::bad_request});
  const std::string error = ask(server).error;
  expect_contains(error, "(model echo): answered 400: first line second line xxx");
  EXPECT_FALSE(holds_blank_lines(error));
  EXPECT_LT(error.size(), 330u);
  EXPECT_EQ(server.seen().size(), 1u);
}

TEST(RemoteRefusals, RedirectsAreNotFollowed) {
  const MisbehavingServer server({Act::redirected, Act::answer});
  expect_contains(ask(server).error, "answered 307");
  EXPECT_EQ(server.seen().size(), 1u);
}

TEST(RemoteMalformed, AnswersFailOneReplyEach) {
  const std::pair<Act, const char*> cases[] = {
      {Act::not_json, "(model echo): the answer is not JSON: <html> Welcome!</html>"},
      {Act::no_choices, "(model echo): the answer has no choices: model is asleep"},
      {Act::null_content, "(model echo): the answer's content is empty (null)"},
      {Act::number_content, "(model echo): the answer's content is not a string"},
      {Act::huge, "(model echo): the answer is longer than 8 MiB"}};
  for (const auto& [act, message] : cases) {
    const MisbehavingServer server({act, Act::answer});
    const auto model = connect_remote(quick(server.address()));
    const std::string error = ask(*model, question("Hi?")).error;
    expect_contains(error, message);
    EXPECT_FALSE(holds_blank_lines(error));
    EXPECT_EQ(server.seen().size(), 1u) << message;
    EXPECT_EQ(ask(*model, question("Still there?")).error, "");
  }
}

TEST(RemoteKey, IsSentOnlyWhereItIsSet) {
  const MisbehavingServer server({Act::answer});
  {
    const KeySet none(nullptr);
    ask(server);
  }
  {
    const KeySet empty("");
    ask(server);
  }
  const KeySet some("sk-test-1 ");
  ask(server);
  ASSERT_EQ(server.seen().size(), 3u);
  EXPECT_EQ(server.seen()[0].authorization, "");
  EXPECT_EQ(server.seen()[1].authorization, "");
  EXPECT_EQ(server.seen()[2].authorization, "Bearer sk-test-1");
}

TEST(RemoteKey, StaysOutOfErrors) {
  const KeySet key("sk-very-secret");
  const MisbehavingServer server({Act::unauthorized});
  const std::string error = ask(server).error;
  expect_contains(error, "answered 401: wrong key: Bearer [key]");
  EXPECT_EQ(error.find("secret"), std::string::npos) << error;
}

TEST(RemoteKey, IsMissedAloud) {
  const KeySet none(nullptr);
  expect_contains(ask(MisbehavingServer({Act::unauthorized})).error, "(OPENAI_API_KEY is not set)");
}

TEST(RemoteKey, ThatBreaksAHeaderIsRefusedUnseen) {
  const KeySet key("sk-evil\r\nX-Other: 1");
  const std::string message = error_of([] { connect_remote(quick("http://127.0.0.1:1/v1#m")); });
  expect_contains(message, "OPENAI_API_KEY holds a character");
  EXPECT_EQ(message.find("evil"), std::string::npos) << message;
}

TEST(Remote, CannotScore) {
  const auto model = connect_remote(quick(test::dead_address()));
  EXPECT_FALSE(model->can_score());
  std::string error;
  model->submit(ScoreRequest{}, [&](ScoreReply reply) { error = reply.error; });
  EXPECT_EQ(error, "");
  while (model->advance()) {
  }
  expect_contains(error, "a server cannot score; choose --answer-mode alias or a local --answer-model");
  EXPECT_EQ(model->use().failed, 1);
}

TEST(Remote, OptionsOutOfRangeAreRefused) {
  const auto error_with = [](auto change) {
    RemoteOptions options = quick("http://127.0.0.1:1/v1#m");
    change(options);
    return error_of([&] { connect_remote(options); });
  };
  expect_contains(error_with([](auto& o) { o.concurrency = 0; }), "concurrency must be 1 to 256, not 0");
  expect_contains(error_with([](auto& o) { o.attempts = 0; }), "attempts must be at least 1");
  expect_contains(error_with([](auto& o) { o.timeouts.read = 0ms; }), "the read timeout");
  expect_contains(error_with([](auto& o) { o.address = "http://127.0.0.1"; }), "which model");
}

/// How long it takes to destroy a model with more requests than it runs at once, `after` they were begun.
Clock::duration time_to_destroy(RemoteOptions options, std::chrono::milliseconds after) {
  options.timeouts = {.connect = 60s, .read = 60s};
  options.concurrency = 3;
  auto model = connect_remote(options);
  for (int i = 0; i < 6; ++i)
    model->submit(question("Hi?"), [](ChatReply) { ADD_FAILURE() << "a callback of a destroyed model"; });
  for (const auto start = Clock::now(); Clock::now() - start < after;) model->advance();
  const auto start = Clock::now();
  model.reset();
  return Clock::now() - start;
}

TEST(RemoteDestruction, BreaksOffWhatWaitsForAnAnswer) {
  const MisbehavingServer server({Act::hang});
  EXPECT_LT(time_to_destroy(quick(server.address()), 100ms), 5s);
  EXPECT_EQ(server.seen().size(), 3u);
}

TEST(RemoteDestruction, BreaksOffAtOnce) {
  const MisbehavingServer server({Act::hang});
  EXPECT_LT(time_to_destroy(quick(server.address()), 0ms), 5s);
}

TEST(RemoteDestruction, BreaksOffWhatConnects) {
  const test::DeafPort deaf;
  EXPECT_LT(time_to_destroy(quick(deaf.address()), 100ms), 5s);
}

TEST(RemoteDestruction, BreaksOffPausesBetweenTries) {
  const MisbehavingServer server({Act::broken});
  RemoteOptions options = quick(server.address());
  options.back_off = options.back_off_limit = 60s;
  EXPECT_LT(time_to_destroy(options, 100ms), 5s);
  EXPECT_EQ(server.seen().size(), 3u);
}

}  // namespace
}  // namespace counterpoint::generate
