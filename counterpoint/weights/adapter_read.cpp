#include <algorithm>
#include <cmath>

#include "counterpoint/core/error.h"
#include "counterpoint/weights/adapter_parts.h"
#include "counterpoint/weights/model_parts.h"
#include "counterpoint/weights/safetensors.h"
#include "counterpoint/weights/tensor_layout.h"

namespace counterpoint::weights {
namespace fs = std::filesystem;
namespace {

/// What else the folder may be.
std::string hint_for(const fs::path& folder) {
  if (holds_weights(folder)) return "; it holds a whole model, the adapter is a folder of its own";
  if (fs::exists(folder / adapter_tensors_file))
    return fmt::format("; it holds {} alone, as when its writing was broken off", adapter_tensors_file);
  for (const auto& entry : fs::directory_iterator(folder))
    if (fs::exists(entry.path() / adapter_config_file)) return "; did you mean " + entry.path().string() + "?";
  return "";
}

void check_folder(const fs::path& folder) {
  const std::string where = folder.string();
  if (!fs::is_directory(folder)) fail("there is no adapter at {}: no such folder", where);
  if (!fs::exists(folder / adapter_config_file))
    fail("{} is no adapter: it has no {}{}", where, adapter_config_file, hint_for(folder));
  if (fs::exists(folder / adapter_tensors_file)) return;
  if (fs::exists(folder / "adapter_model.bin"))
    fail("{}: adapter_model.bin is a Python pickle, which only Python can read; save the adapter as {}", where,
         adapter_tensors_file);
  fail("{} is no adapter: it has no {}", where, adapter_tensors_file);
}

LoraConfig read_config(const fs::path& folder, const ModelConfig& model) {
  const fs::path path = folder / adapter_config_file;
  LoraConfig config = lora_config_from_json(data::read_json(path), path.string());
  const std::vector<std::string> idle = unmatched_targets(config, model);
  if (idle.size() < config.target_modules.size())
    std::erase_if(config.target_modules, [&](const auto& name) { return std::ranges::find(idle, name) != idle.end(); });
  return config;
}

std::vector<std::string> tensor_names(const Adapter& adapter) {
  std::vector<std::string> names;
  for (const auto& [matrix, part] : adapter.parts)
    for (const char which : {'A', 'B'}) names.push_back(lora_tensor_name(matrix, which));
  return names;
}

/// What does not fit mostly belongs to another model, whose name an adapter may tell.
std::string made_for(const Adapter& adapter) {
  const std::string& model = adapter.config.base_model;
  return model.empty() ? "" : ". The adapter was made for " + model;
}

void check_names(const TensorSource& source, const std::vector<std::string>& expected, const std::string& hint) {
  for (const std::string& name : source.names()) {
    if (std::ranges::find(expected, name) != expected.end()) continue;
    if (name.ends_with(".bias"))
      fail("{}: '{}' is a trained bias; adapters with these are not supported", source.where(), name);
    const std::string nearest = nearest_name(name, expected);
    fail(
        "{}: tensor '{}' belongs to no matrix that the adapter's config chooses in this model (it has {}, like '{}'){}",
        source.where(), name, expected.size(), nearest.empty() ? expected.front() : nearest, hint);
  }
  for (const std::string& name : expected)
    if (!source.has(name)) fail("{}: tensor '{}' is missing{}", source.where(), name, hint);
}

std::vector<float> read_matrix(const TensorSource& source, const std::string& name, std::int64_t rows,
                               std::int64_t columns, const std::string& hint) {
  const TensorView view = source.view(name);
  const std::vector<std::int64_t> expected{rows, columns};
  if (view.shape != expected)
    fail("{}: tensor '{}' has shape {}; {} was expected by the adapter's config and this model{}", source.where(), name,
         shape_text(view.shape), shape_text(expected), hint);
  using enum DType;
  const std::vector<DType> readable{f32, f16, bf16};
  if (std::ranges::find(readable, view.dtype) == readable.end())
    fail("{}: tensor '{}' is of type {}; F32, F16 or BF16 was expected", source.where(), name, dtype_name(view.dtype));
  std::vector<float> values(static_cast<size_t>(view.elements()));
  to_float32(view, 0, values);
  if (!std::ranges::all_of(values, [](float value) { return std::isfinite(value); }))
    fail("{}: tensor '{}' holds numbers that are not finite", source.where(), name);
  return values;
}

}  // namespace

Adapter read_adapter(const fs::path& folder, const ModelConfig& model) {
  check_folder(folder);
  Adapter adapter{read_config(folder, model), {}};
  const std::string hint = made_for(adapter);
  try {
    adapter.parts = adapted_parts(adapter.config, model);
  } catch (const Error& error) {
    fail("{}: {}{}", (folder / adapter_config_file).string(), error.what(), hint);
  }
  const auto source = open_safetensors(folder / adapter_tensors_file);
  check_names(*source, tensor_names(adapter), hint);
  for (auto& [matrix, part] : adapter.parts) {
    part.a = read_matrix(*source, lora_tensor_name(matrix, 'A'), part.r, part.in, hint);
    part.b = read_matrix(*source, lora_tensor_name(matrix, 'B'), part.out, part.r, hint);
  }
  return adapter;
}

}  // namespace counterpoint::weights
