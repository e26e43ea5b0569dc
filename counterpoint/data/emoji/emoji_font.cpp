#include "counterpoint/data/emoji/emoji_font.h"

#include <ft2build.h>
#include FT_FREETYPE_H

#include <algorithm>

#include "counterpoint/core/error.h"
#include "counterpoint/data/image/decoders.h"
#include "counterpoint/data/image/resize.h"

namespace counterpoint::emoji {
namespace {

constexpr const char* debian_file = "/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf";

/// The bitmap (blue, green, red, alpha; colours already times alpha) in the middle of a white square.
image::Image on_square(const FT_Bitmap& bitmap) {
  const int width = static_cast<int>(bitmap.width), height = static_cast<int>(bitmap.rows);
  const int side = std::max(width, height), left = (side - width) / 2, top = (side - height) / 2;
  image::Image square = image::blank(side, side, "emoji");
  std::fill(square.rgb.begin(), square.rgb.end(), std::uint8_t{255});
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      const unsigned char* from = bitmap.buffer + y * bitmap.pitch + 4 * x;
      std::uint8_t* to = square.row(top + y) + 3 * (left + x);
      for (int c = 0; c < 3; ++c) to[c] = static_cast<std::uint8_t>(std::min(255, from[2 - c] + 255 - from[3]));
    }
  return square;
}

}  // namespace

struct EmojiFont::Handles {
  FT_Library library = nullptr;
  FT_Face face = nullptr;
  ~Handles() {
    if (face != nullptr) FT_Done_Face(face);
    if (library != nullptr) FT_Done_FreeType(library);
  }
};

EmojiFont::EmojiFont(const std::filesystem::path& file) : handles_(std::make_unique<Handles>()) {
  const std::filesystem::path path = file.empty() ? debian_file : file;
  if (!std::filesystem::exists(path))
    fail("{}: no such file; Debian's and Ubuntu's package fonts-noto-color-emoji has it", path.string());
  COUNTERPOINT_ASSERT(FT_Init_FreeType(&handles_->library) == 0);
  if (FT_New_Face(handles_->library, path.c_str(), 0, &handles_->face) != 0) fail("{}: no font", path.string());
  FT_Face face = handles_->face;
  if (!FT_HAS_COLOR(face) || face->num_fixed_sizes < 1 || FT_Select_Size(face, face->num_fixed_sizes - 1) != 0)
    fail("{}: a font with colour bitmaps was expected", path.string());
}

EmojiFont::~EmojiFont() = default;

std::optional<image::Image> EmojiFont::draw(char32_t code_point, int side) const {
  FT_Face face = handles_->face;
  const FT_UInt glyph = FT_Get_Char_Index(face, code_point);
  if (glyph == 0 || FT_Load_Glyph(face, glyph, FT_LOAD_COLOR) != 0) return std::nullopt;
  const FT_Bitmap& bitmap = face->glyph->bitmap;
  if (bitmap.pixel_mode != FT_PIXEL_MODE_BGRA || bitmap.width == 0) return std::nullopt;
  const image::Image square = on_square(bitmap);
  return image::resize(square, image::whole(square), side, side, image::Filter::bicubic);
}

}  // namespace counterpoint::emoji
