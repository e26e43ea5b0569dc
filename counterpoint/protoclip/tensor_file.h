// Named tensors in a safetensors file.
#pragma once
#include <filesystem>
#include <string_view>

#include "counterpoint/protoclip/named_tensors.h"

namespace counterpoint::protoclip {

/// float32, float64, int64, uint8 and bool tensors of the CPU, whole or not at all. Error: another type, no space.
void write_tensors(const std::filesystem::path& file, const NamedTensors& tensors);
/// Error: no such file, a damaged one, another type.
NamedTensors read_tensors(const std::filesystem::path& file);

/// Text as bytes [n] uint8.
torch::Tensor text_tensor(std::string_view text);
/// Lines as text, each ended by a line break. Error: a line that holds one, named as a sample's key.
torch::Tensor line_tensor(const std::vector<std::string>& keys);

/// A file of one kind, whose tensors are asked for by name, type and number of dimensions.
class TensorFile {
 public:
  /// `kind`: what wrote it, for messages: "a teacher". Error: as read_tensors.
  TensorFile(const std::filesystem::path& file, std::string kind);

  bool has(const std::string& name) const { return has_tensor(tensors_, name); }
  /// Error: "FILE: no file of KIND: a tensor 'NAME' of type .. was expected".
  torch::Tensor get(const std::string& name, torch::ScalarType type, std::int64_t dimensions) const;
  std::string text(const std::string& name) const;
  std::vector<std::string> lines(const std::string& name) const;
  /// A [1] int64 tensor.
  std::int64_t number(const std::string& name) const;

 private:
  std::string where_, kind_;
  NamedTensors tensors_;
};

}  // namespace counterpoint::protoclip
