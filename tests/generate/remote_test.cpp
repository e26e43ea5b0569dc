#include "counterpoint/generate/remote.h"

#include <thread>

#include "tests/generate/remote_ask.h"

namespace counterpoint::generate {
namespace {

using namespace std::chrono_literals;
using namespace test;
using Clock = std::chrono::steady_clock;

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
