#include "counterpoint/data/image/colour.h"

#include <algorithm>
#include <cmath>

#include "counterpoint/core/error.h"
#include "counterpoint/data/image/vectorised.h"

namespace counterpoint::image {
namespace {

float luma(float red, float green, float blue) { return 0.2989F * red + 0.587F * green + 0.114F * blue; }

float unit(float value) { return std::min(std::max(value, 0.0F), 1.0F); }

COUNTERPOINT_VECTORISED
void scale_all(float* values, std::size_t count, float factor) {
  for (std::size_t i = 0; i < count; ++i) values[i] = unit(values[i] * factor);
}

COUNTERPOINT_VECTORISED
void blend_with_grey(float* red, float* green, float* blue, std::size_t count, float factor) {
  for (std::size_t i = 0; i < count; ++i) {
    const float grey = luma(red[i], green[i], blue[i]) * (1 - factor);
    red[i] = unit(red[i] * factor + grey);
    green[i] = unit(green[i] * factor + grey);
    blue[i] = unit(blue[i] * factor + grey);
  }
}

/// One pixel's hue turned: out of RGB into hue, saturation, value and back.
void turn_hue(float& red, float& green, float& blue, float turn) {
  const float most = std::max({red, green, blue}), least = std::min({red, green, blue}), spread = most - least;
  if (spread <= 0) return;
  float hue = most == red     ? (green - blue) / spread
              : most == green ? 2 + (blue - red) / spread
                              : 4 + (red - green) / spread;
  hue = hue / 6 + 1 + turn;
  hue -= std::floor(hue);
  const float saturation = spread / most, sixth = hue * 6, whole = std::floor(sixth), part = sixth - whole;
  const float p = unit(most * (1 - saturation)), q = unit(most * (1 - saturation * part)),
              t = unit(most * (1 - saturation * (1 - part)));
  const float table[6][3] = {{most, t, p}, {q, most, p}, {p, most, t}, {p, q, most}, {t, p, most}, {most, p, q}};
  const float* chosen = table[static_cast<int>(whole) % 6];
  red = chosen[0];
  green = chosen[1];
  blue = chosen[2];
}

std::vector<float> gaussian(int kernel, double sigma) {
  std::vector<float> weights(static_cast<std::size_t>(kernel));
  double sum = 0;
  const int half = kernel / 2;
  for (int i = 0; i < kernel; ++i) sum += std::exp(-0.5 * (i - half) * (i - half) / (sigma * sigma));
  for (int i = 0; i < kernel; ++i)
    weights[static_cast<std::size_t>(i)] =
        static_cast<float>(std::exp(-0.5 * (i - half) * (i - half) / (sigma * sigma)) / sum);
  return weights;
}

int mirrored(int place, int side) {
  if (place < 0) return -place;
  return place < side ? place : 2 * (side - 1) - place;
}

COUNTERPOINT_VECTORISED
void add_scaled(float* out, const float* from, int count, float weight) {
  for (int i = 0; i < count; ++i) out[i] += weight * from[i];
}

void blur_plane(float* plane, int side, const std::vector<float>& weights) {
  const int half = static_cast<int>(weights.size()) / 2;
  std::vector<float> wide(static_cast<std::size_t>(side + 2 * half)), rows(static_cast<std::size_t>(side) * side, 0.0F);
  for (int y = 0; y < side; ++y) {
    for (int x = -half; x < side + half; ++x)
      wide[static_cast<std::size_t>(x + half)] = plane[y * side + mirrored(x, side)];
    for (std::size_t k = 0; k < weights.size(); ++k)
      add_scaled(rows.data() + y * side, wide.data() + k, side, weights[k]);
  }
  std::fill_n(plane, side * side, 0.0F);
  for (int y = 0; y < side; ++y)
    for (int k = 0; k < static_cast<int>(weights.size()); ++k)
      add_scaled(plane + y * side, rows.data() + mirrored(y + k - half, side) * side, side,
                 weights[static_cast<std::size_t>(k)]);
}

}  // namespace

void adjust_brightness(Planes& picture, double factor) {
  scale_all(picture.values.data(), picture.values.size(), static_cast<float>(factor));
}

void adjust_contrast(Planes& picture, double factor) {
  double sum = 0;
  const float *red = picture.plane(0), *green = picture.plane(1), *blue = picture.plane(2);
  for (std::size_t i = 0; i < picture.area(); ++i) sum += luma(red[i], green[i], blue[i]);
  const auto f = static_cast<float>(factor),
             grey = static_cast<float>(sum / static_cast<double>(picture.area())) * (1 - f);
  for (float& value : picture.values) value = unit(value * f + grey);
}

void adjust_saturation(Planes& picture, double factor) {
  blend_with_grey(picture.plane(0), picture.plane(1), picture.plane(2), picture.area(), static_cast<float>(factor));
}

void adjust_hue(Planes& picture, double turn) {
  float *red = picture.plane(0), *green = picture.plane(1), *blue = picture.plane(2);
  for (std::size_t i = 0; i < picture.area(); ++i) turn_hue(red[i], green[i], blue[i], static_cast<float>(turn));
}

void make_grey(Planes& picture) {
  float *red = picture.plane(0), *green = picture.plane(1), *blue = picture.plane(2);
  for (std::size_t i = 0; i < picture.area(); ++i) red[i] = green[i] = blue[i] = luma(red[i], green[i], blue[i]);
}

void gaussian_blur(Planes& picture, int kernel, double sigma) {
  COUNTERPOINT_ASSERT(kernel % 2 == 1 && kernel <= 2 * picture.side - 1 && sigma > 0);
  const std::vector<float> weights = gaussian(kernel, sigma);
  for (int colour = 0; colour < 3; ++colour) blur_plane(picture.plane(colour), picture.side, weights);
}

}  // namespace counterpoint::image
