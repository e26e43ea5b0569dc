#include "counterpoint/data/emoji/emoji_set.h"

#include <fmt/format.h>

#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/core/random.h"
#include "counterpoint/data/emoji/emoji_font.h"
#include "counterpoint/data/emoji/emoji_list.h"
#include "counterpoint/data/jsonl.h"

namespace counterpoint::emoji {
namespace {

namespace fs = std::filesystem;

struct Drawn {
  Emoji emoji;
  image::Image picture;
};

void write_part(const fs::path& folder, std::span<const Drawn> part) {
  make_dirs(folder);
  std::string rows;
  for (const Drawn& drawn : part) {
    const std::string file = fmt::format("{:x}.png", static_cast<std::uint32_t>(drawn.emoji.code_point));
    write_file_atomic(folder / file, image::encode_png(drawn.picture));
    rows +=
        data::to_line({{"file", file}, {"captions", captions_of(drawn.emoji)}, {"label", drawn.emoji.group}}) + "\n";
  }
  write_file_atomic(folder / "captions.jsonl", rows);
}

data::Json settings_of(const EmojiSetOptions& options) {
  return {{"size", options.side},
          {"held_out", options.held_out},
          {"seed", options.seed},
          {"font", options.font.string()},
          {"list", options.list.string()}};
}

/// Another set in the same folder would leave some of its pictures there, and change data that runs were made of.
void check_same_set(const EmojiSetOptions& options, const fs::path& record) {
  check_writable(record);
  if (!fs::exists(record)) {
    for (const char* part : {"train", "held-out"})
      if (fs::exists(options.output / part))
        fail("{} is there already, and no emoji.json tells of what; choose another --output-dir, or delete that folder",
             (options.output / part).string());
    return;
  }
  const data::Json there = data::read_json(record), now = settings_of(options);
  for (const auto& item : now.items())
    if (!there.is_object() || !there.contains(item.key()) || there[item.key()] != item.value())
      fail("{} holds emoji of another {}; choose another --output-dir, or delete that folder", options.output.string(),
           item.key());
}

}  // namespace

EmojiSetResult make_emoji_set(const EmojiSetOptions& options, ProgressSink& progress) {
  const fs::path record = options.output / "emoji.json";
  check_same_set(options, record);
  const std::vector<Emoji> list = read_emoji_list(options.list);
  if (options.held_out >= std::ssize(list))
    fail("{} emoji are listed; {} cannot be held out of them", list.size(), options.held_out);
  const EmojiFont font(options.font);
  std::vector<Drawn> all;
  EmojiSetResult result;
  for (const Emoji& emoji : list) {
    if (auto picture = font.draw(emoji.code_point, options.side))
      all.push_back({emoji, std::move(*picture)});
    else
      ++result.not_drawn;
    progress.update(std::ssize(all), std::ssize(list), emoji.name);
  }
  progress.finish();
  result.held_out = options.held_out;
  result.train = std::ssize(all) - options.held_out;
  if (options.held_out < 1 || result.train < 1)
    fail("{} emoji were drawn; {} cannot be held out of them", all.size(), options.held_out);
  RandomStream random(stream_seed(options.seed, {"emoji"}));
  shuffle(all, random);
  const std::span<const Drawn> drawn(all);
  write_file_atomic(record, settings_of(options).dump(2) + "\n");
  write_part(options.output / "train", drawn.first(static_cast<std::size_t>(result.train)));
  write_part(options.output / "held-out", drawn.last(static_cast<std::size_t>(result.held_out)));
  return result;
}

}  // namespace counterpoint::emoji
