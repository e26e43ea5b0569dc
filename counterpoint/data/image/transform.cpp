#include "counterpoint/data/image/transform.h"

#include <algorithm>
#include <cmath>

namespace counterpoint::image {
namespace {

double between(RandomStream& random, double low, double high) { return low + (high - low) * random.uniform(); }

Planes planes_of(const Image& image, bool mirrored) {
  Planes planes{.side = image.width, .values = std::vector<float>(image.rgb.size())};
  for (int y = 0; y < image.height; ++y) {
    const std::uint8_t* row = image.row(y);
    for (int x = 0; x < image.width; ++x) {
      const std::uint8_t* pixel = row + 3 * (mirrored ? image.width - 1 - x : x);
      const std::size_t at =
          static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) + static_cast<std::size_t>(x);
      for (int colour = 0; colour < 3; ++colour) planes.plane(colour)[at] = static_cast<float>(pixel[colour]) / 255.0F;
    }
  }
  return planes;
}

void normalise(Planes& planes, const Normalisation& normalisation, float* out) {
  for (int colour = 0; colour < 3; ++colour) {
    const auto c = static_cast<std::size_t>(colour);
    const float scale = 1 / normalisation.std[c], shift = -normalisation.mean[c] * scale;
    const float* from = planes.plane(colour);
    float* to = out + c * planes.area();
    for (std::size_t i = 0; i < planes.area(); ++i) to[i] = from[i] * scale + shift;
  }
}

/// The four adjustments in a random order, each by a random factor.
void jitter(Planes& planes, const AugmentSettings& s, RandomStream& random) {
  std::array<int, 4> order{0, 1, 2, 3};
  shuffle(order, random);
  const auto factor = [&](double strength) { return between(random, std::max(0.0, 1 - strength), 1 + strength); };
  for (const int which : order) {
    if (which == 0) adjust_brightness(planes, factor(s.brightness));
    if (which == 1) adjust_contrast(planes, factor(s.contrast));
    if (which == 2) adjust_saturation(planes, factor(s.saturation));
    if (which == 3) adjust_hue(planes, between(random, -s.hue, s.hue));
  }
}

}  // namespace

AugmentSettings plain_augmentation(int side) {
  return {.side = side, .scale_low = 0.9, .flip = 0, .jitter = 0, .grey = 0, .blur = 0, .normalisation = {}};
}

Box random_crop(int width, int height, const AugmentSettings& settings, RandomStream& random) {
  const double area = static_cast<double>(width) * height;
  for (int attempt = 0; attempt < 10; ++attempt) {
    const double wanted = area * between(random, settings.scale_low, settings.scale_high);
    const double ratio = std::exp(between(random, std::log(3.0 / 4), std::log(4.0 / 3)));
    const int w = static_cast<int>(std::lround(std::sqrt(wanted * ratio)));
    const int h = static_cast<int>(std::lround(std::sqrt(wanted / ratio)));
    if (w < 1 || h < 1 || w > width || h > height) continue;
    const auto y = static_cast<int>(random.below(static_cast<std::uint64_t>(height - h + 1)));
    const auto x = static_cast<int>(random.below(static_cast<std::uint64_t>(width - w + 1)));
    return {x, y, w, h};
  }
  // None fits: the largest centred crop of an allowed ratio.
  const double ratio = static_cast<double>(width) / height;
  int w = width, h = height;
  if (ratio < 3.0 / 4) h = std::max(1, static_cast<int>(std::lround(w / (3.0 / 4))));
  if (ratio > 4.0 / 3) w = std::max(1, static_cast<int>(std::lround(h * (4.0 / 3))));
  return {(width - w) / 2, (height - h) / 2, w, h};
}

int blur_kernel(int side) {
  const int half = std::max(1, static_cast<int>(std::lround(10.0 * side / 224)));
  return std::min(2 * half + 1, 2 * side - 1);
}

void augment(const Image& image, const AugmentSettings& s, RandomStream random, float* out) {
  const Box crop = random_crop(image.width, image.height, s, random);
  const bool mirrored = random.uniform() < s.flip;
  Planes planes = planes_of(resize(image, crop, s.side, s.side, Filter::bicubic), mirrored);
  if (random.uniform() < s.jitter) jitter(planes, s, random);
  if (random.uniform() < s.grey) make_grey(planes);
  if (random.uniform() < s.blur)
    gaussian_blur(planes, blur_kernel(s.side), between(random, 0.1, 2.0) * std::min(1.0, s.side / 224.0));
  normalise(planes, s.normalisation, out);
}

Image centre_view(const Image& image, int side) {
  const int shorter = std::min(image.width, image.height);
  const auto centre = [&](int length) {
    const std::int64_t scaled = std::int64_t{length} * side / shorter;
    return Section{scaled, std::lround(static_cast<double>(scaled - side) / 2.0), side};
  };
  return resize_section(image, whole(image), centre(image.width), centre(image.height), Filter::bicubic);
}

void evaluation_view(const Image& image, int side, const Normalisation& normalisation, float* out) {
  Planes planes = planes_of(centre_view(image, side), false);
  normalise(planes, normalisation, out);
}

int decoded_side(int side, double scale_low) {
  // A crop's shorter side is at least sqrt(area share * 3/4) of the picture's, and not all of its detail is needed.
  return static_cast<int>(std::ceil(side / std::sqrt(std::max(0.01, scale_low) * 0.75)));
}

}  // namespace counterpoint::image
