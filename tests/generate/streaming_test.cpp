// Replies as they grow: what is shown never has to be taken back, and one can stop them.
#include "counterpoint/core/strings.h"
#include "counterpoint/generate/engine.h"
#include "counterpoint/generate/remote.h"
#include "counterpoint/generate/streamed_text.h"
#include "tests/support/misbehaving_server.h"
#include "tests/support/support.h"

namespace counterpoint::generate {
namespace {

using Pieces = std::vector<std::string>;

Pieces streamed(const std::vector<std::string>& grown, const std::string& whole) {
  Pieces pieces;
  StreamedText text([&](std::string_view piece) { pieces.emplace_back(piece); });
  for (const std::string& so_far : grown) text.grow(so_far);
  text.finish(whole);
  return pieces;
}

TEST(StreamedText, WhiteSpaceAtTheEndsIsHeldBack) {
  EXPECT_EQ(streamed({"", " ", " Hi", " Hi ", " Hi \n", " Hi \nyou", " Hi \nyou "}, "Hi \nyou"),
            (Pieces{"Hi", " \nyou"}));
}

TEST(StreamedText, UnfinishedCharactersAreHeldBack) {
  EXPECT_EQ(streamed({"a", "a\uFFFD", "a\uFFFD\uFFFD", "a\u20AC", "a\u20AC!"}, "a\u20AC!"),
            (Pieces{"a", "\u20AC", "!"}));
  // Byte fallback spoils a run of bytes until its last one is there.
  EXPECT_EQ(streamed({"\u20AC", "\uFFFD\uFFFD\uFFFD\uFFFD", "\u20AC\u00E9"}, "\u20AC\u00E9"),
            (Pieces{"\u20AC", "\u00E9"}));
  EXPECT_EQ(streamed({"a\uFFFD"}, "a\uFFFD"), (Pieces{"a", "\uFFFD"})) << "damaged for good";
}

TEST(StreamedText, NothingSaidIsNoPiece) { EXPECT_EQ(streamed({" ", "\n"}, ""), Pieces{}); }

struct Heard {
  Pieces pieces;
  ChatReply reply;
};

/// `stop_behind`: stops once that many pieces have come.
Heard hear(ChatModel& model, ChatRequest request, size_t stop_behind = 1000) {
  Heard heard;
  bool done = false;
  request.on_text = [&](std::string_view piece) { heard.pieces.emplace_back(piece); };
  request.stop = [&] { return heard.pieces.size() >= stop_behind; };
  model.submit(std::move(request), [&](ChatReply reply) {
    heard.reply = std::move(reply);
    done = true;
  });
  while (!done && model.advance()) {
  }
  EXPECT_TRUE(done);
  return heard;
}

std::string joined(const Pieces& pieces) {
  std::string text;
  for (const std::string& piece : pieces) text += piece;
  return text;
}

ChatRequest greedy(const std::string& question) {
  return {.messages = {{"user", question}}, .opening = "", .sampling = {.temperature = 0, .max_new_tokens = 24}};
}

TEST(Streaming, PiecesAreTheReply) {
  const auto path = test::smollm2();
  SKIP_WITHOUT(path, "SmolLM2");
  const auto engine = open_engine({.model = *path});
  for (const char* question : {"What is the capital of France?", "Write emoji of food: 🍕, 🍣", "Übersetze: snow"}) {
    const Heard heard = hear(*engine, greedy(question));
    EXPECT_EQ(joined(heard.pieces), heard.reply.text);
    EXPECT_GT(heard.pieces.size(), 3u);
    for (const std::string& piece : heard.pieces) EXPECT_EQ(valid_utf8(piece), piece);
  }
  ChatRequest opened = greedy("What is the capital of France?");
  opened.opening = "I think that";
  const Heard heard = hear(*engine, opened);
  EXPECT_EQ(joined(heard.pieces), heard.reply.text);
  EXPECT_TRUE(heard.reply.text.starts_with("I think that"));
}

TEST(Streaming, AStoppedReplyEndsAndOthersDoNot) {
  const auto path = test::smollm2();
  SKIP_WITHOUT(path, "SmolLM2");
  const auto engine = open_engine({.model = *path});
  const std::string whole = hear(*engine, greedy("What is the capital of France?")).reply.text;
  std::string beside;
  engine->submit(greedy("What is the capital of France?"), [&](const ChatReply& reply) { beside = reply.text; });
  const Heard stopped = hear(*engine, greedy("Tell me a story."), 2);
  EXPECT_EQ(stopped.pieces.size(), 2u);
  EXPECT_EQ(joined(stopped.pieces), stopped.reply.text);
  EXPECT_FALSE(stopped.reply.stopped);
  while (engine->advance()) {
  }
  EXPECT_EQ(beside, whole);
}

TEST(Streaming, AServersReplyIsOnePiece) {
  const test::MisbehavingServer server({test::Act::answer});
  const auto model = connect_remote({.address = server.address()});
  const Heard heard = hear(*model, greedy("Hi"));
  EXPECT_EQ(heard.pieces, Pieces{heard.reply.text});
  EXPECT_FALSE(heard.reply.text.empty());
}

TEST(Streaming, AServerThatHangsCanBeLeft) {
  const test::MisbehavingServer server({test::Act::hang});
  const auto model = connect_remote({.address = server.address()});
  const Heard heard = hear(*model, greedy("Hi"), 0);
  EXPECT_EQ(heard.reply.text, "");
  EXPECT_FALSE(heard.reply.stopped);
  EXPECT_FALSE(model->advance());
}

}  // namespace
}  // namespace counterpoint::generate
