#include "counterpoint/nn/clip/open_clip_folder.h"

#include <algorithm>
#include <cstring>
#include <set>
#include <utility>
#include <vector>

#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/weights/safetensors.h"
#include "counterpoint/weights/safetensors_writer.h"
#include "counterpoint/weights/tensor_layout.h"

namespace counterpoint::nn {
namespace fs = std::filesystem;
namespace {

using torch::Tensor;
using weights::DType;

constexpr const char* config_name = "open_clip_config.json";
constexpr const char* weights_name = "open_clip_model.safetensors";

/// Parameters and batch norm's statistics, which share their memory with the model's.
std::vector<std::pair<std::string, Tensor>> state_of(const ClipModel& model) {
  std::vector<std::pair<std::string, Tensor>> state;
  for (const auto& parameter : model->named_parameters()) state.emplace_back(parameter.key(), parameter.value());
  for (const auto& buffer : model->named_buffers()) state.emplace_back(buffer.key(), buffer.value());
  return state;
}

/// CustomTextCLIP keeps the text's tower under "text."; CLIP does not.
std::string name_in(const weights::TensorSource& source, const std::string& name) {
  const std::string nested = "text." + name;
  return !source.has(name) && source.has(nested) ? nested : name;
}

void copy_counter(const weights::TensorView& view, Tensor& into, const std::string& where) {
  if (view.dtype != DType::i64) fail("{}: the tensor '{}' is no I64", where, view.name);
  std::memcpy(into.mutable_data_ptr(), view.bytes.data(), view.bytes.size());
}

void copy_tensor(const weights::TensorSource& source, const std::string& name, Tensor into) {
  const weights::TensorView view = source.view(name);
  const bool scalar = into.dim() == 0 && view.elements() == 1;
  if (!scalar && !std::equal(view.shape.begin(), view.shape.end(), into.sizes().begin(), into.sizes().end()))
    fail("{}: the tensor '{}' has the shape {}, {} makes it {}", source.where(), name, weights::shape_text(view.shape),
         config_name, weights::shape_text({into.sizes().data(), into.sizes().size()}));
  Tensor plain = torch::empty(into.sizes(), torch::TensorOptions(into.scalar_type()));
  if (into.is_floating_point())
    weights::to_float32(view, 0, {plain.mutable_data_ptr<float>(), static_cast<size_t>(plain.numel())});
  else
    copy_counter(view, plain, source.where());
  into.copy_(plain);
  source.forget(view);
}

/// Old checkpoints hold the causal mask, which is no weight.
bool is_ignored(std::string_view name) { return name == "attn_mask" || name == "text.attn_mask"; }

fs::path weights_in(const fs::path& folder) {
  const fs::path file = folder / weights_name;
  if (!fs::exists(file) && fs::exists(folder / "open_clip_pytorch_model.bin"))
    fail(
        "{}: only open_clip_pytorch_model.bin is here, and reading a pickle may run what its author wrote; save the "
        "weights as {}",
        folder.string(), weights_name);
  return file;
}

DType dtype_of(const Tensor& tensor) { return tensor.is_floating_point() ? DType::f32 : DType::i64; }

}  // namespace

void load_open_clip_weights(const fs::path& file, ClipModel& model) {
  const auto source = weights::open_safetensors(file);
  const torch::NoGradGuard guard;
  std::set<std::string> used;
  for (const auto& [ours, tensor] : state_of(model)) {
    const std::string name = name_in(*source, ours);
    if (!source->has(name)) fail("{}: the tensor '{}' is missing", source->where(), ours);
    copy_tensor(*source, name, tensor);
    used.insert(name);
  }
  for (const std::string& name : source->names())
    if (!used.contains(name) && !is_ignored(name))
      fail("{}: the tensor '{}' belongs to nothing in the model of {}", source->where(), name, config_name);
}

ClipModel read_open_clip(const fs::path& folder) {
  ClipModel model(read_clip_config(folder / config_name));
  load_open_clip_weights(weights_in(folder), model);
  model->eval();
  return model;
}

void write_open_clip(const fs::path& folder, const ClipModel& model) {
  make_dirs(folder);
  const auto state = state_of(model);
  std::vector<weights::TensorEntry> entries;
  for (const auto& [name, tensor] : state) entries.push_back({name, dtype_of(tensor), tensor.sizes().vec()});
  weights::SafetensorsWriter writer(folder / weights_name, entries);
  for (const auto& [name, tensor] : state) {
    const auto type = tensor.is_floating_point() ? torch::kFloat32 : torch::kInt64;
    const Tensor plain = tensor.detach().to(torch::kCPU, type).contiguous();
    writer.append({static_cast<const std::byte*>(plain.const_data_ptr()), plain.nbytes()});
  }
  writer.finish();
  write_file_atomic(folder / config_name, clip_config_json(model->config()).dump(2) + "\n");
}

}  // namespace counterpoint::nn
