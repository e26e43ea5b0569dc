// Resizing with an antialiasing filter, as PIL and torchvision define it.
#pragma once
#include <cstdint>

#include "counterpoint/data/image/image.h"

namespace counterpoint::image {

/// A part of a picture in its pixels.
struct Box {
  int x = 0, y = 0, width = 0, height = 0;
};
inline Box whole(const Image& image) { return {0, 0, image.width, image.height}; }

enum class Filter { bilinear, bicubic /* a = -1/2 */ };

/// The box of `image` at width x height: each result pixel is the filter's weighted mean around its place, the filter
/// as wide as the reduction needs. Unlike in PIL nothing is rounded or cut off between the two directions: values
/// differ by one on smooth pictures, more at hard edges, where PIL cuts the first direction's overshoot. The box must
/// lie within the picture.
Image resize(const Image& image, const Box& box, int width, int height, Filter filter);

/// The places [first, first + count) of the `length` that a result has in one direction.
struct Section {
  std::int64_t length = 0, first = 0;
  int count = 0;
};

/// A part of what resize() gives for across.length x down.length pixels; the rest, which may be too large, is not made.
Image resize_section(const Image& image, const Box& box, const Section& across, const Section& down, Filter filter);

}  // namespace counterpoint::image
