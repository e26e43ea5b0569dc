#include "counterpoint/weights/safetensors_writer.h"

#include <cstring>

#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/data/jsonl.h"
#include "counterpoint/weights/tensor_layout.h"

namespace counterpoint::weights {
namespace {

data::Json entry_of(const TensorView& tensor, std::uint64_t begin, const std::string& where) {
  const std::string what = fmt::format("{}: tensor '{}'", where, tensor.name);
  if (block_elements(tensor.dtype) != 1) fail("{}: safetensors has no type {}", what, dtype_name(tensor.dtype));
  if (tensor.interleaved_heads != 0) fail("{}: its rows are in GGUF's order; read them first", what);
  if (tensor.bytes.size() != bytes_of(tensor.dtype, tensor.shape, what))
    fail("{} has {} bytes; that is not {} of shape {}", what, tensor.bytes.size(), dtype_name(tensor.dtype),
         shape_text(tensor.shape));
  return {{"dtype", dtype_name(tensor.dtype)},
          {"shape", tensor.shape},
          {"data_offsets", {begin, begin + tensor.bytes.size()}}};
}

}  // namespace

void write_safetensors(const std::filesystem::path& path, std::span<const TensorView> tensors,
                       const std::map<std::string, std::string>& metadata) {
  data::Json header = data::Json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::uint64_t end = 0;
  for (const TensorView& tensor : tensors) {
    check_name(tensor.name, path.string());
    if (header.contains(tensor.name)) fail("{}: tensor '{}' is to be written twice", path.string(), tensor.name);
    header[tensor.name] = entry_of(tensor, end, path.string());
    end += tensor.bytes.size();
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');  // the data begin aligned
  std::string file(sizeof(std::uint64_t), '\0');
  const std::uint64_t length = text.size();
  std::memcpy(file.data(), &length, sizeof length);
  file.reserve(file.size() + text.size() + end);
  file += text;
  for (const TensorView& tensor : tensors)
    file.append(reinterpret_cast<const char*>(tensor.bytes.data()), tensor.bytes.size());
  write_file_atomic(path, file);
}

}  // namespace counterpoint::weights
