// Writing a safetensors file.
#pragma once
#include <filesystem>
#include <map>
#include <span>
#include <string>

#include "counterpoint/weights/tensor_source.h"

namespace counterpoint::weights {

/// Writes the tensors in the given order, whole or not at all; `metadata` becomes "__metadata__" (transformers and PEFT
/// expect {"format": "pt"}). Error: a name twice, bytes that do not fit the shape, a block-quantised type, no space.
void write_safetensors(const std::filesystem::path& path, std::span<const TensorView> tensors,
                       const std::map<std::string, std::string>& metadata = {{"format", "pt"}});

}  // namespace counterpoint::weights
