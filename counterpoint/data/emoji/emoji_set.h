// The emoji as a set of image-text pairs in two folders: made on the spot, so that a demo needs no download.
#pragma once
#include <cstdint>
#include <filesystem>

#include "counterpoint/core/progress.h"

namespace counterpoint::emoji {

struct EmojiSetOptions {
  std::filesystem::path output;      ///< gets train/ and held-out/, each with captions.jsonl and PNG files
  std::filesystem::path font, list;  ///< "" = Debian's
  int side = 64;                     ///< pixels
  std::int64_t held_out = 277;       ///< emoji, drawn by the seed
  std::uint64_t seed = 0;
};

struct EmojiSetResult {
  std::int64_t train = 0, held_out = 0;
  std::int64_t not_drawn = 0;  ///< listed, but not in the font
};

/// Error: the font or list is missing; fewer emoji than are to be held out; the folder (its emoji.json) holds a set of
/// other settings; it cannot be written; no space.
EmojiSetResult make_emoji_set(const EmojiSetOptions& options, ProgressSink& progress);

}  // namespace counterpoint::emoji
