// Pictures as rows of RGB bytes: from JPEG, PNG and WebP files, and back.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace counterpoint::image {

struct Image {
  int width = 0, height = 0;
  std::vector<std::uint8_t> rgb;  ///< [height][width][3]
  const std::uint8_t* row(int y) const {
    return rgb.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width) * 3;
  }
  std::uint8_t* row(int y) { return rgb.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width) * 3; }
};

/// An empty (black) picture. Error: a side below 1, more than 128 Mi pixels: `where` names it.
Image blank(int width, int height, const std::string& where);

/// A JPEG, PNG or WebP file, told by its first bytes. Transparent pixels are composed on white; grey, palettes and CMYK
/// become RGB as PIL has them. `at_least`: a JPEG may be decoded at a reduced size (1/2, 1/4, 1/8) as long as its
/// shorter side keeps so many pixels; 0 = full size. Error: another format, a damaged or truncated file; `where` names
/// the file.
Image decode(std::span<const std::byte> file, const std::string& where, int at_least = 0);

/// A baseline JPEG, quality 1 to 100.
std::string encode_jpeg(const Image& image, int quality = 85);
/// An RGB PNG without loss.
std::string encode_png(const Image& image);

/// "data:image/jpeg;base64,..." of a JPEG whose longer side is at most `side`.
std::string thumbnail_address(const Image& image, int side);

}  // namespace counterpoint::image
