// Emoji as a colour font draws them.
#pragma once
#include <filesystem>
#include <memory>
#include <optional>

#include "counterpoint/data/image/image.h"

namespace counterpoint::emoji {

class EmojiFont {
 public:
  /// A font with colour bitmaps. `file`: "" = Debian's fonts-noto-color-emoji. Error: no such file (with the package's
  /// name), no colour bitmaps in it.
  explicit EmojiFont(const std::filesystem::path& file = {});
  ~EmojiFont();
  EmojiFont(const EmojiFont&) = delete;
  EmojiFont& operator=(const EmojiFont&) = delete;

  /// The character in the middle of a white square of `side` pixels; nullopt: the font does not have it.
  std::optional<image::Image> draw(char32_t code_point, int side) const;

 private:
  struct Handles;
  std::unique_ptr<Handles> handles_;
};

}  // namespace counterpoint::emoji
