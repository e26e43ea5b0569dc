// One decoder a format; decode() in image.h chooses.
#pragma once
#include "counterpoint/data/image/image.h"

namespace counterpoint::image {

Image decode_jpeg(std::span<const std::byte> file, const std::string& where, int at_least);
Image decode_png(std::span<const std::byte> file, const std::string& where);
Image decode_webp(std::span<const std::byte> file, const std::string& where);

/// Error: more pixels than are read, so that a small file cannot ask for all memory.
void check_size(std::int64_t width, std::int64_t height, const std::string& where);

/// A colour with opacity on white.
inline std::uint8_t on_white(std::uint8_t colour, std::uint8_t alpha) {
  const int value = colour * alpha + 255 * (255 - alpha);
  return static_cast<std::uint8_t>((value + 127) / 255);
}

}  // namespace counterpoint::image
