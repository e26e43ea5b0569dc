// Conversations line by line, with models whose replies are known.
#include "counterpoint/commands/pbt/chat_session.h"

#include "counterpoint/core/files.h"
#include "counterpoint/text/message_json.h"
#include "tests/support/scripted_model.h"
#include "tests/support/support.h"

namespace counterpoint::commands {
namespace {
using test::expect_contains;

class ChatSessionTest : public testing::Test {
 protected:
  /// "ADAPTED N: LAST", N = number of messages.
  static test::ScriptedModel::Reply echo(const std::string& name) {
    return [name](const generate::ChatRequest& request) {
      return test::said(name + " " + std::to_string(request.messages.size()) + ": " + request.messages.back().content);
    };
  }

  void begin(ChatSettings settings = {.system = "", .adapter = true}) {
    const ChatSession::Models models = [this](bool adapted) -> generate::ChatModel& {
      ++opened_[adapted];
      return adapted ? adapted_ : base_;
    };
    const ChatSession::Output output{.reply = [this](std::string_view piece) { said_ += piece; },
                                     .note = [this](const std::string& line) { notes_ += line + "\n"; }};
    session_ = std::make_unique<ChatSession>(std::move(settings), models, output, [this] { return stop_; });
  }

  /// What the model said to these lines.
  std::string talk(const std::vector<std::string>& lines) {
    said_.clear();
    notes_.clear();
    for (const std::string& line : lines) EXPECT_TRUE(session_->take(line)) << line;
    return said_;
  }

  test::ScriptedModel adapted_{echo("adapted")}, base_{echo("base")};
  std::map<bool, int> opened_;
  std::unique_ptr<ChatSession> session_;
  std::string said_, notes_;
  bool stop_ = false;
};

TEST_F(ChatSessionTest, RemembersWhatWasSaid) {
  begin({.system = "Be brief.", .adapter = false});
  EXPECT_EQ(talk({"Hi", "  ", " And now? "}), "adapted 2: Hi\nadapted 4: And now?\n");
  const text::Messages expected{{"system", "Be brief."},
                                {"user", "Hi"},
                                {"assistant", "adapted 2: Hi"},
                                {"user", "And now?"},
                                {"assistant", "adapted 4: And now?"}};
  EXPECT_EQ(session_->messages(), expected);
  EXPECT_EQ(notes_, "");
}

TEST_F(ChatSessionTest, BaseIsForOneReplyAndOpenedLate) {
  begin();
  talk({"Hi"});
  EXPECT_EQ(opened_[false], 0);
  EXPECT_EQ(talk({"/base", "/retry", "Sure?"}), "base 1: Hi\nadapted 3: Sure?\n");
  expect_contains(notes_, "(without the adapter)");
  EXPECT_EQ(session_->messages()[1].content, "base 1: Hi") << "the retried reply takes the first one's place";
  begin({.system = "", .adapter = false});
  talk({"/base"});
  expect_contains(notes_, "there is no adapter to switch off");
}

TEST_F(ChatSessionTest, RetryDrawsAnotherStream) {
  begin();
  talk({"Hi", "/retry"});
  ASSERT_EQ(adapted_.chats.size(), 2u);
  EXPECT_EQ(adapted_.chats[0].messages, adapted_.chats[1].messages);
  EXPECT_NE(adapted_.chats[0].stream, adapted_.chats[1].stream);
  EXPECT_EQ(session_->messages().size(), 2u);
}

TEST_F(ChatSessionTest, UndoAndClear) {
  begin({.system = "S", .adapter = false});
  talk({"one", "two", "/undo"});
  EXPECT_EQ(session_->messages().back().content, "adapted 2: one");
  talk({"/undo", "/undo"});
  expect_contains(notes_, "nothing has been said yet");
  EXPECT_EQ(session_->messages(), (text::Messages{{"system", "S"}}));
  talk({"one", "/clear"});
  EXPECT_EQ(session_->messages(), (text::Messages{{"system", "S"}}));
  EXPECT_EQ(talk({"/retry"}), "");
  expect_contains(notes_, "nothing has been said yet");
}

TEST_F(ChatSessionTest, SavesMessagesThatCanBeRead) {
  const test::ScratchDir dir;
  const std::string path = (dir / "talk.json").string();
  begin();
  talk({"/save " + path});
  expect_contains(notes_, "nothing has been said yet");
  talk({"Hi", "/save " + path, "Again", "/save " + path});
  EXPECT_EQ(text::messages_from_json(data::read_json(path), path), session_->messages());
  begin();
  talk({"Hi", "/save " + path});
  expect_contains(notes_, path + " is there already");
}

TEST_F(ChatSessionTest, CommandsAreNamed) {
  begin();
  EXPECT_EQ(talk({"/und", "/save", "/undo it", "/help", "//help"}), "adapted 1: /help\n");
  expect_contains(notes_, "unknown command /und (did you mean '/undo'?)");
  expect_contains(notes_, "/save needs FILE behind it");
  expect_contains(notes_, "/undo takes nothing behind it");
  for (const char* name : {"/base", "/retry", "/undo", "/clear", "/save FILE", "/quit"})
    expect_contains(notes_, std::string("\n  ") + name + " ");
  EXPECT_FALSE(session_->take(" /quit "));
}

TEST_F(ChatSessionTest, AFailureChangesNothingAndMayBeTriedAgain) {
  bool fails = true;
  adapted_ = test::ScriptedModel([&](const generate::ChatRequest& request) {
    return fails ? test::unsaid("no such server") : echo("adapted")(request);
  });
  begin();
  EXPECT_EQ(talk({"Hi"}), "");
  expect_contains(notes_, "no such server (/retry tries again)");
  EXPECT_TRUE(session_->messages().empty());
  fails = false;
  EXPECT_EQ(talk({"/retry"}), "adapted 1: Hi\n");
  fails = true;
  talk({"/retry"});
  EXPECT_EQ(session_->messages().back().content, "adapted 1: Hi") << "the old reply stays";
}

TEST_F(ChatSessionTest, AStoppedReplyIsKeptAsFarAsItCame) {
  adapted_ = test::ScriptedModel([&](const generate::ChatRequest& request) {
    stop_ = true;
    generate::ChatReply reply;
    reply.text = request.messages.back().content == "Hi" ? "Hel" : "";
    return reply;
  });
  begin();
  talk({"Hi"});
  expect_contains(notes_, "(stopped)");
  EXPECT_EQ(session_->messages().back().content, "Hel");
  talk({"More"});
  expect_contains(notes_, "stopped before anything was said");
  EXPECT_EQ(session_->messages().back().content, "Hel");
}

TEST_F(ChatSessionTest, ACutReplyIsSaidToBeOne) {
  adapted_ = test::ScriptedModel([](const generate::ChatRequest&) {
    generate::ChatReply reply;
    reply.text = "And so";
    return reply;
  });
  begin();
  talk({"Hi"});
  expect_contains(notes_, "(cut off at --max-new-tokens 80)");
}

}  // namespace
}  // namespace counterpoint::commands
