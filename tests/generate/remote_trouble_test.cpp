// What a remote model does when its server is busy, broken, wrong or not there.
#include "tests/generate/remote_ask.h"

namespace counterpoint::generate {
namespace {

using namespace std::chrono_literals;
using namespace test;
using Clock = std::chrono::steady_clock;

bool holds_blank_lines(const std::string& text) { return text.find_first_of("\n\r\t") != std::string::npos; }

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

TEST(RemoteGivingUp, EndsARunThatNobodyAnswers) {
  const MisbehavingServer server({Act::overloaded, Act::answer, Act::overloaded});
  RemoteOptions options = quick(server.address());
  options.give_up_after = 3;
  options.attempts = 1;
  const auto model = connect_remote(options);
  for (int i = 0; i < 4; ++i) ask(*model, question("Hi?"));  // busy, answered, busy, busy
  ChatReply last;
  model->submit(question("Hi?"), [&](ChatReply reply) { last = std::move(reply); });
  const std::string error = error_of([&] {
    while (model->advance())
      ;
  });
  expect_contains(error, "the last 3 requests got nothing, the last one so: " + server.address().substr(0, 21));
  expect_contains(last.error, "no free slot");  // whoever asked is told, too
  EXPECT_EQ(server.seen().size(), 5u);
}

TEST(RemoteGivingUp, IsNotForRequestsThatAreRefused) {
  const MisbehavingServer server({Act::bad_request});
  RemoteOptions options = quick(server.address());
  options.give_up_after = 2;
  const auto model = connect_remote(options);
  for (int i = 0; i < 5; ++i) expect_contains(ask(*model, question("Hi?")).error, "answered 400");
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
    const EnvironmentSet none("OPENAI_API_KEY", nullptr);
    ask(server);
  }
  {
    const EnvironmentSet empty("OPENAI_API_KEY", "");
    ask(server);
  }
  const EnvironmentSet some("OPENAI_API_KEY", "sk-test-1 ");
  ask(server);
  ASSERT_EQ(server.seen().size(), 3u);
  EXPECT_EQ(server.seen()[0].authorization, "");
  EXPECT_EQ(server.seen()[1].authorization, "");
  EXPECT_EQ(server.seen()[2].authorization, "Bearer sk-test-1");
}

TEST(RemoteKey, StaysOutOfErrors) {
  const EnvironmentSet key("OPENAI_API_KEY", "sk-very-secret");
  const MisbehavingServer server({Act::unauthorized});
  const std::string error = ask(server).error;
  expect_contains(error, "answered 401: wrong key: Bearer [key]");
  EXPECT_EQ(error.find("secret"), std::string::npos) << error;
}

TEST(RemoteKey, IsMissedAloud) {
  const EnvironmentSet none("OPENAI_API_KEY", nullptr);
  expect_contains(ask(MisbehavingServer({Act::unauthorized})).error, "(OPENAI_API_KEY is not set)");
}

TEST(RemoteKey, ThatBreaksAHeaderIsRefusedUnseen) {
  const EnvironmentSet key("OPENAI_API_KEY", "sk-evil\r\nX-Other: 1");
  const std::string message = error_of([] { connect_remote(quick("http://127.0.0.1:1/v1#m")); });
  expect_contains(message, "OPENAI_API_KEY holds a character");
  EXPECT_EQ(message.find("evil"), std::string::npos) << message;
}

/// What a model says that speaks https with a server whose certificate it may or may not trust.
ChatReply ask_over_tls(const MisbehavingServer& server, const char* trusted) {
  const EnvironmentSet authorities("SSL_CERT_FILE", trusted);
  return ask(server);
}

TEST(RemoteTls, TrustsWhomTheSystemTrusts) {
  const ScratchDir dir;
  const std::string certificate = (dir / "certificate.pem").string();
  const MisbehavingServer server({Act::answer}, 1, self_signed(certificate));
  ASSERT_TRUE(server.address().starts_with("https://"));
  EXPECT_EQ(ask_over_tls(server, certificate.c_str()).error, "");
  EXPECT_EQ(server.seen().size(), 1u);
}

TEST(RemoteTls, TellsNothingToAStranger) {
  const ScratchDir dir;
  const MisbehavingServer server({Act::answer}, 1, self_signed((dir / "certificate.pem").string()));
  expect_contains(ask_over_tls(server, "/dev/null").error, "(model echo): the server's certificate is not trusted");
  EXPECT_TRUE(server.seen().empty());
}

TEST(RemoteTls, NoticesAServerThatDoesNotSpeakIt) {
  const MisbehavingServer server({Act::answer});
  RemoteOptions options = quick("https" + server.address().substr(4));
  options.attempts = 2;
  expect_contains(ask(*connect_remote(options), question("Hi?")).error,
                  "no TLS connection (does the server speak https?)");
}

}  // namespace
}  // namespace counterpoint::generate
