// Reading GGUF, versions 2 and 3, little endian.
#pragma once
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "counterpoint/core/files.h"
#include "counterpoint/weights/gguf_metadata.h"
#include "counterpoint/weights/tensor_source.h"

namespace counterpoint::weights {

/// What a GGUF file says. Metadata and views point into its bytes.
struct GgufContents {
  GgufMetadata metadata;
  std::vector<TensorView> tensors;  ///< in file order, under GGUF's own names; shapes row-major
};

/// A whole file in memory. Error: a damaged file (each kind of damage with its message), another version, big endian, a
/// tensor type that we do not read, by name; `where` names the file.
GgufContents parse_gguf(std::span<const std::byte> file, const std::string& where);

/// The file begins with "GGUF".
bool looks_like_gguf(std::span<const std::byte> file);

}  // namespace counterpoint::weights
