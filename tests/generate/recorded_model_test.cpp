// A record of replies: what is told from it, and what is not.
#include "counterpoint/generate/recorded_model.h"

#include <thread>

#include "tests/support/scripted_model.h"
#include "tests/support/support.h"

namespace counterpoint::generate {
namespace {

using test::said;
using test::ScriptedModel;
using test::unsaid;

class RecordedReplies : public testing::Test {
 protected:
  /// A model that counts what it is asked: "reply 1 to Hi", "reply 2 to ..".
  std::unique_ptr<ChatModel> model(ReplyRecord& record, const std::string& identity = "m") {
    auto inner = std::make_unique<ScriptedModel>(
        [this](const ChatRequest& request) {
          ++asked_;
          const std::string& content = request.messages.back().content;
          return content == "fail" ? unsaid("no") : said("reply " + std::to_string(asked_) + " to " + content);
        },
        [this](const ScoreRequest&, const std::string& continuation) {
          ++asked_;
          return -1.0 / 3 - 0.1 * static_cast<double>(continuation.size());
        });
    return record_replies(std::move(inner), identity, record);
  }

  static ChatRequest chat(const std::string& content, std::uint64_t stream = 1) {
    ChatRequest request;
    request.messages = {{"user", content}};
    request.stream = stream;
    return request;
  }

  static ChatReply ask(ChatModel& model, ChatRequest request) {
    ChatReply answer = unsaid("never called");
    model.submit(std::move(request), [&](ChatReply reply) { answer = std::move(reply); });
    EXPECT_EQ(answer.error, "never called");  // nothing runs until advance()
    test::run(model);
    return answer;
  }

  static ScoreReply score(ChatModel& model, const std::vector<std::string>& continuations) {
    ScoreReply answer;
    ScoreRequest request;
    request.messages = {{"user", "Which?"}};
    request.continuations = continuations;
    model.submit(std::move(request), [&](ScoreReply reply) { answer = std::move(reply); });
    test::run(model);
    return answer;
  }

  test::ScratchDir dir_;
  std::filesystem::path file_ = dir_ / "replies.jsonl";
  int asked_ = 0;
};

TEST_F(RecordedReplies, AreToldAgainAndNotAskedFor) {
  {
    ReplyRecord record(file_);
    const auto first = model(record);
    EXPECT_EQ(ask(*first, chat("Hi")).text, "reply 1 to Hi");
    EXPECT_EQ(ask(*first, chat("Hi")).text, "reply 1 to Hi");  // within one run, too
  }
  ReplyRecord record(file_);
  EXPECT_EQ(record.size(), 1);
  const auto second = model(record);
  const ChatReply reply = ask(*second, chat("Hi"));
  EXPECT_EQ(reply.text, "reply 1 to Hi");
  EXPECT_TRUE(reply.stopped);
  EXPECT_EQ(asked_, 1);
}

TEST_F(RecordedReplies, AreOfThatRequestAndModelAlone) {
  ReplyRecord record(file_);
  const auto one = model(record), other = model(record, "other weights");
  ask(*one, chat("Hi"));
  std::vector<ChatRequest> others(5, chat("Hi"));
  others[0].stream = 2;
  others[1].opening = "Well";
  others[2].sampling.temperature = 0;
  others[3].sampling.max_new_tokens = 7;
  others[4].messages.insert(others[4].messages.begin(), {"system", "Be brief."});
  for (const ChatRequest& request : others) ask(*one, request);
  ask(*other, chat("Hi"));
  EXPECT_EQ(asked_, 7);
}

TEST_F(RecordedReplies, ThatFailedAreAskedForAgain) {
  {
    ReplyRecord record(file_);
    const auto one = model(record);
    EXPECT_EQ(ask(*one, chat("fail")).error, "no");
    EXPECT_EQ(ask(*one, chat("fail")).error, "no");
  }
  EXPECT_EQ(asked_, 2);
  EXPECT_FALSE(std::filesystem::exists(file_));
}

TEST_F(RecordedReplies, ThatWereStoppedAreNotKept) {
  ReplyRecord record(file_);
  const auto one = model(record);
  ChatRequest request = chat("Hi");
  request.stop = [] { return true; };
  EXPECT_EQ(ask(*one, request).text, "");
  EXPECT_EQ(record.size(), 0);
  EXPECT_EQ(ask(*one, chat("Hi")).text, "reply 1 to Hi");
}

TEST_F(RecordedReplies, ComeAsOnePieceWhereTextIsListenedTo) {
  ReplyRecord record(file_);
  const auto one = model(record);
  ask(*one, chat("Hi"));
  std::string heard;
  ChatRequest request = chat("Hi");
  request.on_text = [&](std::string_view piece) { heard += piece; };
  ask(*one, request);
  EXPECT_EQ(heard, "reply 1 to Hi");
}

TEST_F(RecordedReplies, ScoresAreTheSameToTheLastBit) {
  ScoreReply first;
  {
    ReplyRecord record(file_);
    first = score(*model(record), {"a b", "c"});
  }
  ReplyRecord record(file_);
  const ScoreReply second = score(*model(record), {"a b", "c"});
  EXPECT_EQ(asked_, 2);  // two continuations, once
  ASSERT_EQ(second.continuations.size(), 2u);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(second.continuations[i].logprob, first.continuations[i].logprob);
    EXPECT_EQ(second.continuations[i].token_logprobs, first.continuations[i].token_logprobs);
  }
  EXPECT_EQ(score(*model(record), {"a b", "d"}).continuations.size(), 2u);
  EXPECT_EQ(asked_, 4);
}

TEST_F(RecordedReplies, OfADamagedFileAreReadAsFarAsTheyAreWhole) {
  {
    ReplyRecord record(file_);
    const auto one = model(record);
    ask(*one, chat("Hi"));
    ask(*one, chat("Ho"));
  }
  std::string text = read_file(file_);
  write_file_atomic(file_, "no json\n{\"key\": 5, \"reply\": 1}\n{\"key\": \"zz\", \"reply\": {}}\n" +
                               text.substr(0, text.size() - 9));
  ReplyRecord record(file_);
  EXPECT_EQ(record.size(), 1);
  const auto one = model(record);
  ask(*one, chat("Hi"));
  EXPECT_EQ(asked_, 2);
  ask(*one, chat("Ho"));
  EXPECT_EQ(asked_, 3);
}

TEST_F(RecordedReplies, ThatHaveLostPartsAreAskedForAgain) {
  {
    ReplyRecord record(file_);
    ask(*model(record), chat("Hi"));
  }
  std::string text = read_file(file_);
  text.replace(text.find("\"stopped\""), 9, "\"stapped\"");
  write_file_atomic(file_, text);
  ReplyRecord record(file_);
  ask(*model(record), chat("Hi"));
  EXPECT_EQ(asked_, 2);
}

TEST_F(RecordedReplies, ScoresOfAnotherNumberOfContinuationsAreAskedForAgain) {
  {
    ReplyRecord record(file_);
    score(*model(record), {"a", "b"});
  }
  std::string text = read_file(file_);
  text.replace(text.find("\"reply\":") + 8, std::string::npos, "[]}\n");
  write_file_atomic(file_, text);
  ReplyRecord record(file_);
  EXPECT_EQ(record.size(), 1);
  EXPECT_EQ(score(*model(record), {"a", "b"}).continuations.size(), 2u);
  EXPECT_EQ(asked_, 4);
}

TEST_F(RecordedReplies, ThatCannotBeWrittenEndTheRun) {
  ReplyRecord record(dir_ / "missing" / "replies.jsonl");
  const auto one = model(record);
  ask(*one, chat("Hi"));
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  EXPECT_NE(test::error_of([&] { ask(*one, chat("Ho")); }).find("missing/replies.jsonl"), std::string::npos);
}

TEST_F(RecordedReplies, GoWhenTheWorkIsDone) {
  {
    ReplyRecord record(file_);
    ask(*model(record), chat("Hi"));
  }
  EXPECT_TRUE(std::filesystem::exists(file_));
  ReplyRecord record(file_);
  record.remove();
  EXPECT_FALSE(std::filesystem::exists(file_));
  EXPECT_EQ(record.size(), 0);
}

}  // namespace
}  // namespace counterpoint::generate
