#include "counterpoint/data/image/image.h"

#include <algorithm>
#include <cstring>

#include "counterpoint/core/error.h"
#include "counterpoint/data/base64.h"
#include "counterpoint/data/image/decoders.h"
#include "counterpoint/data/image/resize.h"

namespace counterpoint::image {
namespace {

constexpr std::int64_t most_pixels = std::int64_t{128} << 20;

bool begins(std::span<const std::byte> file, std::string_view magic, std::size_t at = 0) {
  return file.size() >= at + magic.size() && std::memcmp(file.data() + at, magic.data(), magic.size()) == 0;
}

}  // namespace

void check_size(std::int64_t width, std::int64_t height, const std::string& where) {
  if (width < 1 || height < 1) fail("{}: a picture of {} x {} pixels", where, width, height);
  if (width > most_pixels / height)
    fail("{}: a picture of {} x {} pixels; at most {} are read", where, width, height, most_pixels);
}

Image blank(int width, int height, const std::string& where) {
  check_size(width, height, where);
  return {width, height,
          std::vector<std::uint8_t>(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3)};
}

Image decode(std::span<const std::byte> file, const std::string& where, int at_least) {
  if (begins(file, "\xFF\xD8\xFF")) return decode_jpeg(file, where, at_least);
  if (begins(file, "\x89PNG\r\n\x1A\n")) return decode_png(file, where);
  if (begins(file, "RIFF") && begins(file, "WEBP", 8)) return decode_webp(file, where);
  if (file.empty()) fail("{}: an empty file, a picture was expected", where);
  fail("{}: neither JPEG, PNG nor WebP by its first bytes", where);
}

std::string thumbnail_address(const Image& image, int side) {
  const int longer = std::max(image.width, image.height);
  const double scale = std::min(1.0, static_cast<double>(side) / longer);
  const auto scaled = [&](int length) { return std::max(1, static_cast<int>(length * scale + 0.5)); };
  const Image small = resize(image, whole(image), scaled(image.width), scaled(image.height), Filter::bilinear);
  return "data:image/jpeg;base64," + data::base64(encode_jpeg(small));
}

}  // namespace counterpoint::image
