// Writing a safetensors file.
#pragma once
#include <filesystem>
#include <map>
#include <span>
#include <string>

#include "counterpoint/core/files.h"
#include "counterpoint/weights/tensor_source.h"

namespace counterpoint::weights {

/// transformers and PEFT expect this in "__metadata__".
inline const std::map<std::string, std::string> torch_format{{"format", "pt"}};

struct TensorEntry {
  std::string name;
  DType dtype = DType::f32;
  std::vector<std::int64_t> shape;
};

/// Writes a file tensor by tensor, each in as many pieces as one likes, whole or not at all. Error: a name twice, a
/// block-quantised type, no space.
class SafetensorsWriter {
 public:
  SafetensorsWriter(const std::filesystem::path& path, std::span<const TensorEntry> tensors,
                    const std::map<std::string, std::string>& metadata = torch_format);
  /// The next bytes, in the order of the tensors.
  void append(std::span<const std::byte> bytes);
  /// All bytes of all tensors must have been appended.
  void finish();

 private:
  FileWriter file_;
  std::uint64_t missing_ = 0;
};

/// Writes the tensors in the given order, whole or not at all; `metadata` becomes "__metadata__". Error: a name twice,
/// bytes that do not fit the shape, a block-quantised type, no space.
void write_safetensors(const std::filesystem::path& path, std::span<const TensorView> tensors,
                       const std::map<std::string, std::string>& metadata = torch_format);

}  // namespace counterpoint::weights
