#include "counterpoint/generate/remote_protocol.h"

#include <fmt/format.h>

#include "counterpoint/data/jsonl.h"
#include "counterpoint/generate/remote_exchange.h"
#include "tests/support/support.h"

namespace counterpoint::generate {
namespace {

using data::Json;

ChatRequest request_with(std::string opening) {
  ChatRequest request;
  request.messages = {{"system", "Be brief."}, {"user", "Capital of France?"}};
  request.opening = std::move(opening);
  request.stream = 17;
  return request;
}

std::string answer_with(const Json& content) {
  return Json{{"choices", {{{"message", {{"content", content}}}}}}}.dump();
}

TEST(RemoteProtocol, SendsNoMoreThanServersKnow) {
  const Json body = Json::parse(chat_body("m", request_with("")));
  EXPECT_EQ(body, Json::parse(R"({"model": "m", "messages": [{"role": "system", "content": "Be brief."},
      {"role": "user", "content": "Capital of France?"}], "temperature": 0.7, "top_p": 1.0, "max_tokens": 80,
      "seed": )" + std::to_string(server_seed(17)) +
                              "}"));
}

TEST(RemoteProtocol, SendsWhatIsNotAtItsDefault) {
  ChatRequest request = request_with("It is ");
  request.sampling = {.temperature = 0, .top_k = 40, .top_p = 0.9, .min_new_tokens = 3, .max_new_tokens = 12};
  const Json body = Json::parse(chat_body("m", request));
  EXPECT_EQ(body["temperature"], 0.0);
  EXPECT_EQ(body["top_k"], 40);
  EXPECT_EQ(body["top_p"], 0.9);
  EXPECT_EQ(body["min_tokens"], 3);
  EXPECT_EQ(body["max_tokens"], 12);
  EXPECT_EQ(body["messages"].size(), 3u);
  EXPECT_EQ(body["messages"][2], Json::parse(R"({"role": "assistant", "content": "It is "})"));
  EXPECT_EQ(body["continue_final_message"], true);
  EXPECT_EQ(body["add_generation_prompt"], false);
}

TEST(RemoteProtocol, SeedHangsOnTheStreamAndFitsInto31Bits) {
  EXPECT_EQ(server_seed(0), 0x7110541C);  // SplitMix64 of 0 begins with 0xE220A8397B1DCDAF
  EXPECT_EQ(server_seed(0), server_seed(0));
  EXPECT_NE(server_seed(1), server_seed(2));
  for (std::uint64_t stream = 0; stream < 1000; ++stream) {
    EXPECT_GE(server_seed(stream * 0x9e3779b97f4a7c15ULL), 0);
    EXPECT_LT(server_seed(stream * 0x9e3779b97f4a7c15ULL), std::int64_t{1} << 31);
  }
}

TEST(RemoteProtocol, ReplyBeginsWithItsOpening) {
  const auto text = [](const char* content, const char* opening) {
    return read_chat_answer(answer_with(content), opening).text;
  };
  EXPECT_EQ(text(", because.", "I still say Paris"), "I still say Paris, because.");
  EXPECT_EQ(text(" It is Paris.\n", "It is "), "It is Paris.");
  EXPECT_EQ(text(" Paris.", "It is "), "It is Paris.");
  EXPECT_EQ(text("Paris.", "It is "), "It is Paris.");
  EXPECT_EQ(text(" Paris.", "It is"), "It is Paris.");
  EXPECT_EQ(text("", "It is so. "), "It is so.");
  EXPECT_EQ(text(" free \n", ""), "free");
}

TEST(RemoteProtocol, ClosingTokensAreNoText) {
  EXPECT_EQ(read_chat_answer(answer_with("Paris. </s>\n"), "").text, "Paris.");
  EXPECT_EQ(read_chat_answer(answer_with("<|im_end|>"), "").text, "");
  EXPECT_EQ(read_chat_answer(answer_with("a </s> inside stays"), "").text, "a </s> inside stays");
}

TEST(RemoteProtocol, MalformedAnswersAreErrors) {
  const auto error = [](const std::string& body) { return read_chat_answer(body, "").error; };
  EXPECT_EQ(error(""), "the answer is not JSON");
  EXPECT_EQ(error("{\"choices\": [{"), "the answer is not JSON");
  EXPECT_EQ(error("\"\xff\""), "the answer is not JSON");
  for (const char* body : {"[]", "3", "null", "{}", R"({"choices": []})", R"({"choices": {"a": 1}})"})
    EXPECT_EQ(error(body), "the answer has no choices") << body;
  for (const char* body : {R"({"choices": [1]})", R"({"choices": [{"message": []}]})", R"({"choices": [{}]})"})
    EXPECT_EQ(error(body), "the answer's content is empty (null)") << body;
  EXPECT_EQ(error(answer_with(Json::array({"a"}))), "the answer's content is not a string");
}

TEST(RemoteProtocol, UsageThatMakesNoSenseCountsAsNothing) {
  for (const char* usage : {"null", "7", "[]", R"({"prompt_tokens": null, "completion_tokens": "many"})",
                            R"({"prompt_tokens": 1e300, "prompt_tokens_details": null})"}) {
    const ChatReply reply = read_chat_answer(
        R"({"choices": [{"message": {"content": "yes"}, "finish_reason": 5}], "usage": )" + std::string(usage) + "}",
        "");
    EXPECT_EQ(reply.error, "") << usage;
    EXPECT_EQ(reply.text, "yes");
    EXPECT_FALSE(reply.stopped);
    EXPECT_EQ(reply.prompt_tokens + reply.new_tokens + reply.reused_tokens, 0) << usage;
  }
}

TEST(RemoteProtocol, FindsTheServersMessage) {
  EXPECT_EQ(server_message(R"({"error": {"message": "no\n such  model"}})", ""), "no such model");
  EXPECT_EQ(server_message(R"({"error": "plain"})", ""), "plain");
  EXPECT_EQ(server_message(R"({"message": "top"})", ""), "top");
  EXPECT_EQ(server_message(R"({"detail": "fastapi"})", ""), "fastapi");
  EXPECT_EQ(server_message(R"({"odd": 1})", ""), R"({"odd": 1})");
  EXPECT_EQ(server_message("<p>\xff gone</p>", ""), "<p>\xEF\xBF\xBD gone</p>");
  EXPECT_EQ(server_message("", ""), "");
}

TEST(RemoteProtocol, MessageIsShortAndHoldsNoSecret) {
  // The secret lies across the place of the cut, and the cut would fall into a two-byte letter.
  const std::string secret = "sk-0123456789";
  const std::string filling(190, 'x'), begin = fmt::format("a\xC3\xA4{}xxxx", filling);
  EXPECT_EQ(server_message(filling + secret, secret), filling + "[key]");
  EXPECT_EQ(server_message(begin + "\xC3\xA4\xC3\xA4\xC3\xA4", secret), begin + "...");
  EXPECT_LE(server_message(std::string(5000, 'x') + secret, secret).size(), 200u);
}

TEST(RemotePauses, DoubleUpToALimitWithJitter) {
  RemoteOptions options;
  options.back_off = std::chrono::milliseconds{1000};
  options.back_off_limit = std::chrono::milliseconds{5000};
  const std::int64_t whole[] = {1000, 2000, 4000, 5000, 5000};
  for (int retry = 0; retry < 5; ++retry) {
    const auto pause = pause_before(retry + 2, options, std::chrono::milliseconds{-1}, 3).count();
    EXPECT_GE(pause, whole[retry] / 2) << retry;
    EXPECT_LT(pause, whole[retry]) << retry;
  }
  EXPECT_NE(pause_before(2, options, std::chrono::milliseconds{-1}, 3),
            pause_before(2, options, std::chrono::milliseconds{-1}, 4));
}

TEST(RemotePauses, ObeyTheServerUpToALimit) {
  RemoteOptions options;
  options.retry_after_limit = std::chrono::milliseconds{7000};
  EXPECT_EQ(pause_before(2, options, std::chrono::milliseconds{6000}, 0).count(), 6000);
  EXPECT_EQ(pause_before(2, options, std::chrono::milliseconds{3'600'000}, 0).count(), 7000);
  EXPECT_EQ(pause_before(2, options, std::chrono::milliseconds{0}, 0).count(), 0);
}

}  // namespace
}  // namespace counterpoint::generate
