#include "counterpoint/weights/tensor_layout.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <tuple>

#include "counterpoint/core/error.h"
#include "counterpoint/core/strings.h"

namespace counterpoint::weights {

std::string shape_text(std::span<const std::int64_t> shape) { return fmt::format("[{}]", fmt::join(shape, ", ")); }

std::uint64_t bytes_of(DType type, std::span<const std::int64_t> shape, const std::string& what) {
  constexpr std::int64_t most = std::int64_t{1} << 60;
  std::int64_t elements = 1;
  for (const std::int64_t size : shape) {
    if (size < 0) fail("{}: a dimension of shape {} is negative", what, shape_text(shape));
    if (size > 0 && elements > most / size) fail("{}: shape {} has too many elements", what, shape_text(shape));
    elements *= size;
  }
  const std::int64_t block = block_elements(type);
  if (block > 1 && (shape.empty() || shape.back() % block != 0))
    fail("{}: rows of shape {} are no multiple of {}, the block of {}", what, shape_text(shape), block,
         dtype_name(type));
  return static_cast<std::uint64_t>(elements / block) * static_cast<std::uint64_t>(block_bytes(type));
}

void check_extents(std::vector<Extent> extents, std::uint64_t size, bool whole, const std::string& where) {
  // An empty tensor shares its border with its neighbours, whichever comes first.
  std::ranges::sort(
      extents, [](const Extent& a, const Extent& b) { return std::tie(a.begin, a.end) < std::tie(b.begin, b.end); });
  Extent last;
  for (const Extent& extent : extents) {
    if (extent.begin < last.end) fail("{}: the bytes of '{}' and '{}' overlap", where, last.name, extent.name);
    if (whole && extent.begin > last.end)
      fail("{}: {} bytes before '{}' belong to no tensor", where, extent.begin - last.end, extent.name);
    last = extent;
  }
  if (whole && last.end < size) fail("{}: {} bytes at the end belong to no tensor", where, size - last.end);
}

void check_name(std::string_view name, const std::string& where) {
  const bool control = std::ranges::any_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  if (control || name.empty() || valid_utf8(name) != name)
    fail("{}: a name is empty or no readable text: '{}'", where, valid_utf8(name.substr(0, 60)));
}

}  // namespace counterpoint::weights
