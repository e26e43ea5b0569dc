// The paper's colour augmentations on planar pictures, with torchvision's definitions.
#pragma once
#include <cstddef>
#include <vector>

namespace counterpoint::image {

/// Values in [0, 1]: red plane, green plane, blue plane, each [side][side].
struct Planes {
  int side = 0;
  std::vector<float> values;
  std::size_t area() const { return static_cast<std::size_t>(side) * static_cast<std::size_t>(side); }
  float* plane(int colour) { return values.data() + static_cast<std::size_t>(colour) * area(); }
};

/// 0 = black, 1 = as it is.
void adjust_brightness(Planes& picture, double factor);
/// 0 = its mean grey, 1 = as it is.
void adjust_contrast(Planes& picture, double factor);
/// 0 = grey, 1 = as it is.
void adjust_saturation(Planes& picture, double factor);
/// Turns the hue by `turn` of the circle, -0.5 to 0.5.
void adjust_hue(Planes& picture, double turn);
/// Luma .2989, .587, .114 in all planes.
void make_grey(Planes& picture);
/// `kernel`: odd, at most 2 * side - 1; `sigma` in pixels; borders are mirrored.
void gaussian_blur(Planes& picture, int kernel, double sigma);

}  // namespace counterpoint::image
