#include <webp/decode.h>

#include "counterpoint/core/error.h"
#include "counterpoint/data/image/decoders.h"

namespace counterpoint::image {

Image decode_webp(std::span<const std::byte> file, const std::string& where) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(file.data());
  WebPBitstreamFeatures features;
  if (WebPGetFeatures(bytes, file.size(), &features) != VP8_STATUS_OK) fail("{}: a damaged WebP", where);
  if (features.has_animation) fail("{}: an animated WebP; a single picture was expected", where);
  Image image = blank(features.width, features.height, where);
  std::vector<std::uint8_t> rgba(image.rgb.size() / 3 * 4);
  if (!WebPDecodeRGBAInto(bytes, file.size(), rgba.data(), rgba.size(), features.width * 4))
    fail("{}: a damaged WebP", where);
  for (std::size_t i = 0; i < rgba.size() / 4; ++i)
    for (std::size_t c = 0; c < 3; ++c) image.rgb[3 * i + c] = on_white(rgba[4 * i + c], rgba[4 * i + 3]);
  return image;
}

}  // namespace counterpoint::image
