// JPEG through libjpeg-turbo, at a reduced size where the caller needs no more.
#include <turbojpeg.h>

#include <algorithm>
#include <memory>

#include "counterpoint/core/error.h"
#include "counterpoint/data/image/decoders.h"

namespace counterpoint::image {
namespace {

struct Free {
  void operator()(void* handle) const { tjDestroy(handle); }
};
using Handle = std::unique_ptr<void, Free>;

/// One decoder a thread: making one costs as much as decoding a small picture.
Handle& decompressor() {
  thread_local Handle handle;
  if (!handle) handle.reset(tjInitDecompress());
  COUNTERPOINT_ASSERT(handle);
  return handle;
}

/// A decoder that met damage may stumble over it again in the next file: it is given up.
[[noreturn]] void damaged(const std::string& where) {
  const std::string why = tjGetErrorStr2(decompressor().get());
  decompressor().reset();
  fail("{}: a damaged JPEG: {}", where, why);
}

/// The smallest scale whose shorter side still has `at_least` pixels.
tjscalingfactor scale_for(int shorter, int at_least) {
  if (at_least <= 0) return {1, 1};
  int count = 0;
  const tjscalingfactor* factors = tjGetScalingFactors(&count);
  tjscalingfactor best{1, 1};
  for (int i = 0; i < count; ++i) {
    const tjscalingfactor f = factors[i];
    const bool smaller = f.num * best.denom < best.num * f.denom;
    // Only those whose inverse transform is a small one of its own (1, 1/2, 1/4, 1/8) are faster than full size.
    const bool fast = f.num == 1;
    if (fast && smaller && TJSCALED(shorter, f) >= at_least) best = f;
  }
  return best;
}

/// Inks as Adobe's programs store them, 0 = full, to RGB; other writers of such files do as these.
std::vector<std::uint8_t> rgb_of_inks(const std::vector<std::uint8_t>& inks) {
  std::vector<std::uint8_t> rgb;
  rgb.reserve(inks.size() / 4 * 3);
  for (std::size_t i = 0; i + 3 < inks.size(); i += 4)
    for (std::size_t ink = i; ink < i + 3; ++ink)
      rgb.push_back(static_cast<std::uint8_t>((inks[ink] * inks[i + 3] + 127) / 255));
  return rgb;
}

}  // namespace

Image decode_jpeg(std::span<const std::byte> file, const std::string& where, int at_least) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(file.data());
  const auto size = static_cast<unsigned long>(file.size());
  tjhandle handle = decompressor().get();
  int width = 0, height = 0, sampling = 0, colours = 0;
  if (tjDecompressHeader3(handle, bytes, size, &width, &height, &sampling, &colours) != 0) damaged(where);
  check_size(width, height, where);
  const tjscalingfactor scale = scale_for(std::min(width, height), at_least);
  Image image = blank(TJSCALED(width, scale), TJSCALED(height, scale), where);
  const bool has_inks = colours == TJCS_CMYK || colours == TJCS_YCCK;
  if (has_inks) image.rgb.resize(image.rgb.size() / 3 * 4);
  // A warning is a picture whose end is missing or wrong: what it shows is not what was stored.
  if (tjDecompress2(handle, bytes, size, image.rgb.data(), image.width, 0, image.height,
                    has_inks ? TJPF_CMYK : TJPF_RGB, TJFLAG_ACCURATEDCT) != 0)
    damaged(where);
  if (has_inks) image.rgb = rgb_of_inks(image.rgb);
  return image;
}

std::string encode_jpeg(const Image& image, int quality) {
  const Handle handle(tjInitCompress());
  COUNTERPOINT_ASSERT(handle);
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  const int result = tjCompress2(handle.get(), image.rgb.data(), image.width, 0, image.height, TJPF_RGB, &bytes, &size,
                                 TJSAMP_420, quality, TJFLAG_ACCURATEDCT);
  const std::string out = result == 0 ? std::string(reinterpret_cast<char*>(bytes), size) : "";
  tjFree(bytes);
  if (result != 0) fail("a JPEG cannot be written: {}", tjGetErrorStr2(handle.get()));
  return out;
}

}  // namespace counterpoint::image
