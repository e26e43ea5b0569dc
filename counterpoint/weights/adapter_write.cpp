#include <span>

#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/weights/adapter_parts.h"
#include "counterpoint/weights/safetensors_writer.h"

namespace counterpoint::weights {
namespace fs = std::filesystem;
namespace {

std::vector<TensorView> views_of(const Adapter& adapter) {
  std::vector<TensorView> views;
  const auto add = [&](const std::string& name, std::int64_t rows, std::int64_t columns, const std::vector<float>& of) {
    views.push_back({name, DType::f32, {rows, columns}, std::as_bytes(std::span(of))});
  };
  for (const auto& [matrix, part] : adapter.parts) {
    add(lora_tensor_name(matrix, 'A'), part.r, part.in, part.a);
    add(lora_tensor_name(matrix, 'B'), part.out, part.r, part.b);
  }
  return views;
}

}  // namespace

void write_adapter(const fs::path& folder, const Adapter& adapter) {
  if (adapter.parts.empty()) fail("{}: the adapter to be written adapts nothing", folder.string());
  make_dirs(folder);
  // The config goes first and comes last: a folder without it is no adapter, so old and new never mix.
  std::error_code error;
  fs::remove(folder / adapter_config_file, error);
  if (error) fail("cannot write {}: {}", (folder / adapter_config_file).string(), error.message());
  write_safetensors(folder / adapter_tensors_file, views_of(adapter));
  write_file_atomic(folder / adapter_config_file, to_json(adapter.config).dump(2) + "\n");
}

}  // namespace counterpoint::weights
