// The JSON header of safetensors, read strictly.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "counterpoint/weights/tensor_source.h"

namespace counterpoint::weights {

struct HeaderEntry {
  std::string name;
  DType dtype = DType::f32;
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0, end = 0;  ///< within the bytes behind the header
};

/// {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, ..., "__metadata__": {"key": "text"}}.
/// Nothing else is taken, so that a damaged header ends the reading where the damage is, whatever its size or depth.
std::vector<HeaderEntry> parse_safetensors_header(std::string_view json, const std::string& where);

}  // namespace counterpoint::weights
