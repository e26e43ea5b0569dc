// Named tensors in a safetensors file.
#pragma once
#include <filesystem>

#include "counterpoint/protoclip/named_tensors.h"

namespace counterpoint::protoclip {

/// float32, float64, int64, uint8 and bool tensors of the CPU, whole or not at all. Error: another type, no space.
void write_tensors(const std::filesystem::path& file, const NamedTensors& tensors);
/// Error: no such file, a damaged one, another type.
NamedTensors read_tensors(const std::filesystem::path& file);

}  // namespace counterpoint::protoclip
