// What every file of tensors must obey: sizes that fit shapes, and bytes that belong to one tensor only.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "counterpoint/weights/tensor_source.h"

namespace counterpoint::weights {

/// A tensor's bytes within the data part of a file: [begin, end).
struct Extent {
  std::string_view name;
  std::uint64_t begin = 0, end = 0;
};

/// "[2, 3]".
std::string shape_text(std::span<const std::int64_t> shape);

/// Bytes of a tensor of that type and shape. Error: a negative dimension, more elements than 2^60, a last dimension
/// that is no whole number of blocks. `what` names file and tensor in the message.
std::uint64_t bytes_of(DType type, std::span<const std::int64_t> shape, const std::string& what);

/// Error: two extents that overlap; with `whole`, also bytes of the `size` that belong to no tensor.
void check_extents(std::vector<Extent> extents, std::uint64_t size, bool whole, const std::string& where);

/// Error: the name is no UTF-8, or has a control character in it.
void check_name(std::string_view name, const std::string& where);

}  // namespace counterpoint::weights
