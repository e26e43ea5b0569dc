#include "counterpoint/protoclip/train/tensor_file.h"

#include <cstring>

#include "counterpoint/core/error.h"
#include "counterpoint/weights/safetensors.h"
#include "counterpoint/weights/safetensors_writer.h"

namespace counterpoint::protoclip {
namespace {

using weights::DType;

const std::vector<std::pair<DType, torch::ScalarType>>& types() {
  static const std::vector<std::pair<DType, torch::ScalarType>> known{{DType::f32, torch::kFloat32},
                                                                      {DType::i64, torch::kInt64},
                                                                      {DType::boolean, torch::kBool},
                                                                      {DType::f64, torch::kFloat64},
                                                                      {DType::u8, torch::kUInt8}};
  return known;
}

DType stored_type(const std::string& name, torch::ScalarType type) {
  for (const auto& [stored, live] : types())
    if (live == type) return stored;
  fail("tensor '{}' has the type {}, which is not written", name, torch::toString(type));
}

torch::ScalarType live_type(const weights::TensorView& view) {
  for (const auto& [stored, live] : types())
    if (stored == view.dtype) return live;
  fail("tensor '{}' has the type {}, which is not expected here", view.name, weights::dtype_name(view.dtype));
}

}  // namespace

void write_tensors(const std::filesystem::path& file, const NamedTensors& tensors) {
  std::vector<torch::Tensor> kept;
  std::vector<weights::TensorView> views;
  for (const auto& [name, tensor] : tensors) {
    kept.push_back(tensor.detach().contiguous());
    const torch::Tensor& plain = kept.back();
    weights::TensorView view{
        .name = name, .dtype = stored_type(name, plain.scalar_type()), .shape = plain.sizes().vec()};
    view.bytes = {static_cast<const std::byte*>(plain.const_data_ptr()), plain.nbytes()};
    views.push_back(std::move(view));
  }
  weights::write_safetensors(file, views);
}

NamedTensors read_tensors(const std::filesystem::path& file) {
  const auto source = weights::open_safetensors(file);
  NamedTensors tensors;
  for (const std::string& name : source->names()) {
    const weights::TensorView view = source->view(name);
    torch::Tensor tensor = torch::empty(view.shape, live_type(view));
    std::memcpy(tensor.mutable_data_ptr(), view.bytes.data(), view.bytes.size());
    tensors.emplace_back(name, std::move(tensor));
  }
  return tensors;
}

}  // namespace counterpoint::protoclip
