#include "counterpoint/core/files.h"
#include "counterpoint/data/emoji/emoji_font.h"
#include "counterpoint/data/emoji/emoji_list.h"
#include "counterpoint/data/emoji/emoji_set.h"
#include "counterpoint/data/image_text/pair_set.h"
#include "tests/support/support.h"

namespace counterpoint::emoji {
namespace {

using test::error_of;
using test::expect_contains;

const char* const kList =
    "# group: Smileys & Emotion\n# subgroup: face-smiling\n"
    "1F600                  ; fully-qualified     # \U0001F600 E1.0 grinning face\n"
    "263A FE0F              ; fully-qualified     # \u263A\uFE0F E0.6 smiling face\n"
    "263A                   ; unqualified         # \u263A E0.6 smiling face\n"
    "# group: People & Body\n# subgroup: hand\n"
    "1F44B 1F3FB            ; fully-qualified     # x E1.0 waving hand: light skin tone\n";

TEST(EmojiList, NamesGroupsAndSingleCodePoints) {
  const test::ScratchDir dir;
  write_file_atomic(dir / "list.txt", kList);
  const std::vector<Emoji> list = read_emoji_list(dir / "list.txt");
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0].name, "grinning face");
  EXPECT_EQ(list[0].group, "smileys and emotion");
  EXPECT_EQ(list[1].subgroup, "face smiling");
  EXPECT_EQ(list[1].code_point, U'\u263A');
  EXPECT_EQ(captions_of(list[0]).size(), 5u);
  expect_contains(error_of([&] { read_emoji_list(dir / "none.txt"); }), "package unicode-data");
  expect_contains(error_of([&] { EmojiFont font(dir / "none.ttf"); }), "package fonts-noto-color-emoji");
}

TEST(EmojiSet, IsDrawnAndDividedWithoutOverlap) {
  if (!std::filesystem::exists("/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf") ||
      !std::filesystem::exists("/usr/share/unicode/emoji/emoji-test.txt"))
    GTEST_SKIP() << "needs the packages fonts-noto-color-emoji and unicode-data";
  const test::ScratchDir dir;
  ProgressSink silent;
  const EmojiSetResult made = make_emoji_set({.output = dir.path(), .side = 24, .held_out = 200, .seed = 1}, silent);
  EXPECT_GT(made.train, 900);
  EXPECT_EQ(made.held_out, 200);
  const auto train = image_text::open_folder(dir / "train"), held_out = image_text::open_folder(dir / "held-out");
  std::set<std::string> keys;
  for (size_t i = 0; i < train.size(); ++i) keys.insert(train.pair(i).key);
  for (size_t i = 0; i < held_out.size(); ++i) EXPECT_FALSE(keys.contains(held_out.pair(i).key));
  EXPECT_GE(train.labels().size(), 8u);
  const std::string again =
      test::error_of([&] { make_emoji_set({.output = dir.path(), .side = 24, .held_out = 50, .seed = 1}, silent); });
  expect_contains(again, "holds emoji of another held_out");
  // Corners are white, and something is in the middle.
  const image::Image face = EmojiFont().draw(U'\U0001F600', 24).value();
  EXPECT_EQ(face.rgb[0], 255);
  EXPECT_LT(face.row(12)[3 * 12 + 2], 160);
}

}  // namespace
}  // namespace counterpoint::emoji
