// PNG through libpng's simple interface, which handles palettes, 16 bits, interlacing and grey.
#include <png.h>

#include "counterpoint/core/error.h"
#include "counterpoint/data/image/decoders.h"

namespace counterpoint::image {
namespace {

struct Reader {
  png_image png{};
  Reader() { png.version = PNG_IMAGE_VERSION; }
  ~Reader() { png_image_free(&png); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
};

}  // namespace

Image decode_png(std::span<const std::byte> file, const std::string& where) {
  Reader reader;
  if (!png_image_begin_read_from_memory(&reader.png, file.data(), file.size()))
    fail("{}: a damaged PNG: {}", where, reader.png.message);
  // Without this, 16 bits are taken for linear light; other readers take them for sRGB, as 8 bits are.
  reader.png.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
  Image image = blank(static_cast<int>(reader.png.width), static_cast<int>(reader.png.height), where);
  reader.png.format = PNG_FORMAT_RGBA;
  std::vector<std::uint8_t> rgba(image.rgb.size() / 3 * 4);
  if (!png_image_finish_read(&reader.png, nullptr, rgba.data(), 0, nullptr))
    fail("{}: a damaged PNG: {}", where, reader.png.message);
  for (std::size_t i = 0; i < rgba.size() / 4; ++i)
    for (std::size_t c = 0; c < 3; ++c) image.rgb[3 * i + c] = on_white(rgba[4 * i + c], rgba[4 * i + 3]);
  return image;
}

std::string encode_png(const Image& image) {
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  png.width = static_cast<png_uint_32>(image.width);
  png.height = static_cast<png_uint_32>(image.height);
  png.format = PNG_FORMAT_RGB;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(png);
  std::string out(size, '\0');
  if (!png_image_write_to_memory(&png, out.data(), &size, 0, image.rgb.data(), 0, nullptr))
    fail("a PNG cannot be written: {}", png.message);
  out.resize(size);
  return out;
}

}  // namespace counterpoint::image
