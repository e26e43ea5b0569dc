#include "counterpoint/weights/safetensors_writer.h"

#include <cstring>

#include "counterpoint/core/error.h"
#include "counterpoint/data/jsonl.h"
#include "counterpoint/weights/tensor_layout.h"

namespace counterpoint::weights {
namespace {

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string described(const std::filesystem::path& path, const std::string& tensor) {
  return fmt::format("{}: tensor '{}'", path.string(), tensor);
}

}  // namespace

SafetensorsWriter::SafetensorsWriter(const std::filesystem::path& path, std::span<const TensorEntry> tensors,
                                     const std::map<std::string, std::string>& metadata)
    : file_(path) {
  data::Json header = data::Json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  for (const TensorEntry& tensor : tensors) {
    const std::string what = described(path, tensor.name);
    check_name(tensor.name, path.string());
    if (header.contains(tensor.name)) fail("{} is to be written twice", what);
    if (block_elements(tensor.dtype) != 1) fail("{}: safetensors has no type {}", what, dtype_name(tensor.dtype));
    const std::uint64_t end = missing_ + bytes_of(tensor.dtype, tensor.shape, what);
    header[tensor.name] = {
        {"dtype", dtype_name(tensor.dtype)}, {"shape", tensor.shape}, {"data_offsets", {missing_, end}}};
    missing_ = end;
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');  // the data begin aligned
  const std::uint64_t length = text.size();
  file_.write({reinterpret_cast<const char*>(&length), sizeof length});
  file_.write(text);
}

void SafetensorsWriter::append(std::span<const std::byte> bytes) {
  COUNTERPOINT_ASSERT(bytes.size() <= missing_);
  missing_ -= bytes.size();
  file_.write(as_text(bytes));
}

void SafetensorsWriter::finish() {
  COUNTERPOINT_ASSERT(missing_ == 0);
  file_.finish();
}

void write_safetensors(const std::filesystem::path& path, std::span<const TensorView> tensors,
                       const std::map<std::string, std::string>& metadata) {
  std::vector<TensorEntry> entries;
  for (const TensorView& tensor : tensors) {
    const std::string what = described(path, tensor.name);
    if (tensor.interleaved_heads != 0) fail("{}: its rows are in GGUF's order; read them first", what);
    if (tensor.bytes.size() != bytes_of(tensor.dtype, tensor.shape, what))
      fail("{} has {} bytes; that is not {} of shape {}", what, tensor.bytes.size(), dtype_name(tensor.dtype),
           shape_text(tensor.shape));
    entries.push_back({tensor.name, tensor.dtype, tensor.shape});
  }
  SafetensorsWriter file(path, entries, metadata);
  for (const TensorView& tensor : tensors) file.append(tensor.bytes);
  file.finish();
}

}  // namespace counterpoint::weights
