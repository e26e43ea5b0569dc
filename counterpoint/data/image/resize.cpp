#include "counterpoint/data/image/resize.h"

#include <algorithm>
#include <cmath>

#include "counterpoint/core/error.h"
#include "counterpoint/data/image/vectorised.h"

namespace counterpoint::image {
namespace {

double weight_at(Filter filter, double x) {
  x = std::abs(x);
  if (filter == Filter::bilinear) return x < 1 ? 1 - x : 0;
  constexpr double a = -0.5;
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

/// For each result place the first source place and the weights from there on.
struct Taps {
  int count = 0;              ///< weights a place, padded with zeros
  std::vector<int> first;     ///< [results], ascending
  std::vector<float> weight;  ///< [results][count]
};

Taps taps_of(int from, int length, const Section& results, Filter filter) {
  const double scale = static_cast<double>(length) / static_cast<double>(results.length);
  const double stretch = std::max(scale, 1.0);
  const double support = (filter == Filter::bilinear ? 1.0 : 2.0) * stretch;
  Taps taps{.count = std::min(static_cast<int>(std::ceil(support)) * 2 + 1, length), .first = {}, .weight = {}};
  taps.first.resize(static_cast<std::size_t>(results.count));
  taps.weight.assign(static_cast<std::size_t>(results.count) * static_cast<std::size_t>(taps.count), 0.0F);
  for (int i = 0; i < results.count; ++i) {
    const double centre = (static_cast<double>(results.first + i) + 0.5) * scale;
    const int low = std::max(0, static_cast<int>(centre - support + 0.5));
    const int high = std::min(length, static_cast<int>(centre + support + 0.5));
    std::vector<double> weights;
    double sum = 0;
    for (int k = low; k < high; ++k) {
      weights.push_back(weight_at(filter, (k - centre + 0.5) / stretch));
      sum += weights.back();
    }
    // The padded taps must lie within the picture, too.
    const int first = std::min(from + low, from + length - taps.count), shift = from + low - first;
    taps.first[static_cast<std::size_t>(i)] = first;
    for (std::size_t k = 0; k < weights.size() && sum != 0; ++k)
      taps.weight[static_cast<std::size_t>(i * taps.count + shift) + k] = static_cast<float>(weights[k] / sum);
  }
  return taps;
}

/// out[j] = sum over taps of weight * row[j]
COUNTERPOINT_VECTORISED
void mix_rows(const std::uint8_t* rows, std::ptrdiff_t stride, const float* weights, int taps, int length, float* out) {
  for (int j = 0; j < length; ++j) out[j] = 0;
  for (int t = 0; t < taps; ++t) {
    const std::uint8_t* row = rows + t * stride;
    const float weight = weights[t];
    if (weight == 0) continue;
    for (int j = 0; j < length; ++j) out[j] += weight * static_cast<float>(row[j]);
  }
}

std::uint8_t rounded(float value) { return static_cast<std::uint8_t>(std::clamp(value + 0.5F, 0.0F, 255.0F)); }

void mix_columns(const float* row, int offset, const Taps& taps, int results, std::uint8_t* out) {
  for (int i = 0; i < results; ++i) {
    const float* weights = taps.weight.data() + i * taps.count;
    const float* from = row + (taps.first[static_cast<std::size_t>(i)] - offset) * 3;
    float red = 0, green = 0, blue = 0;
    for (int k = 0; k < taps.count; ++k) {
      red += weights[k] * from[3 * k];
      green += weights[k] * from[3 * k + 1];
      blue += weights[k] * from[3 * k + 2];
    }
    out[3 * i] = rounded(red);
    out[3 * i + 1] = rounded(green);
    out[3 * i + 2] = rounded(blue);
  }
}

}  // namespace

Image resize(const Image& image, const Box& box, int width, int height, Filter filter) {
  return resize_section(image, box, {width, 0, width}, {height, 0, height}, filter);
}

Image resize_section(const Image& image, const Box& box, const Section& across, const Section& down, Filter filter) {
  COUNTERPOINT_ASSERT(box.x >= 0 && box.y >= 0 && box.width > 0 && box.height > 0);
  COUNTERPOINT_ASSERT(box.x + box.width <= image.width && box.y + box.height <= image.height);
  for (const Section& part : {across, down})
    COUNTERPOINT_ASSERT(part.first >= 0 && part.count > 0 && part.first + part.count <= part.length);
  const Taps columns = taps_of(box.x, box.width, across, filter), rows = taps_of(box.y, box.height, down, filter);
  Image out{
      across.count, down.count,
      std::vector<std::uint8_t>(static_cast<std::size_t>(across.count) * static_cast<std::size_t>(down.count) * 3)};
  // Only the columns that the section looks at.
  const int left = columns.first.front(), width = columns.first.back() + columns.count - left;
  std::vector<float> mixed(static_cast<std::size_t>(width) * 3);
  const std::ptrdiff_t stride = static_cast<std::ptrdiff_t>(image.width) * 3;
  for (int y = 0; y < down.count; ++y) {
    mix_rows(image.row(rows.first[static_cast<std::size_t>(y)]) + static_cast<std::ptrdiff_t>(left) * 3, stride,
             rows.weight.data() + static_cast<std::ptrdiff_t>(y) * rows.count, rows.count, width * 3, mixed.data());
    mix_columns(mixed.data(), left, columns, across.count, out.row(y));
  }
  return out;
}

}  // namespace counterpoint::image
