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

}  // namespace

EmojiSetResult make_emoji_set(const EmojiSetOptions& options, ProgressSink& progress) {
  const std::vector<Emoji> list = read_emoji_list(options.list);
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
  write_part(options.output / "train", drawn.first(static_cast<std::size_t>(result.train)));
  write_part(options.output / "held-out", drawn.last(static_cast<std::size_t>(result.held_out)));
  return result;
}

}  // namespace counterpoint::emoji
