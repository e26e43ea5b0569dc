// open_clip's numbers for the golden models.
#pragma once
#include <torch/torch.h>

#include <cstring>
#include <map>
#include <string>

#include "counterpoint/nn/clip/open_clip_folder.h"
#include "counterpoint/weights/safetensors.h"
#include "tests/support/support.h"

namespace counterpoint::test {

inline std::filesystem::path clip_folder(const std::string& name) { return golden("clip/" + name); }

inline std::map<std::string, torch::Tensor> read_tensors(const std::filesystem::path& file) {
  const auto source = weights::open_safetensors(file);
  std::map<std::string, torch::Tensor> tensors;
  for (const std::string& name : source->names()) {
    const auto view = source->view(name);
    const auto type = view.dtype == weights::DType::i64 ? torch::kInt64 : torch::kFloat32;
    torch::Tensor tensor = torch::empty(view.shape, type);
    std::memcpy(tensor.mutable_data_ptr(), view.bytes.data(), view.bytes.size());
    tensors.emplace(name, tensor);
  }
  return tensors;
}

/// The golden model of that name ("resnet", "vit").
inline nn::ClipModel clip_model(const std::string& name, bool quick_gelu = false) {
  nn::ClipConfig config = nn::read_clip_config(clip_folder(name) / "open_clip_config.json");
  config.quick_gelu = quick_gelu;
  nn::ClipModel model(config);
  nn::load_open_clip_weights(clip_folder(name) / "open_clip_model.safetensors", model);
  model->eval();
  return model;
}

/// make_clip.py's pictures.
inline torch::Tensor pictures(std::int64_t count, std::int64_t side) {
  const torch::Tensor at = torch::arange(count * 3 * side * side, torch::kFloat64);
  return torch::sin(at * 0.7371).to(torch::kFloat32).view({count, 3, side, side});
}

inline double largest_difference(const torch::Tensor& a, const torch::Tensor& b) {
  return (a - b).abs().max().item<double>();
}

}  // namespace counterpoint::test
