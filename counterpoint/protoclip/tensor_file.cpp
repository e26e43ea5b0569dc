#include "counterpoint/protoclip/tensor_file.h"

#include <algorithm>
#include <cstring>

#include "counterpoint/core/error.h"
#include "counterpoint/core/strings.h"
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
    kept.push_back(tensor.detach().cpu().contiguous());
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

torch::Tensor text_tensor(std::string_view text) {
  torch::Tensor bytes = torch::empty({std::ssize(text)}, torch::TensorOptions(torch::kUInt8));
  if (!text.empty()) std::memcpy(bytes.mutable_data_ptr(), text.data(), text.size());
  return bytes;
}

torch::Tensor line_tensor(const std::vector<std::string>& keys) {
  std::int64_t size = 0;
  for (const std::string& key : keys) {
    if (key.find('\n') != std::string::npos) fail("the sample '{}' has a line break in its key", key);
    size += std::ssize(key) + 1;
  }
  torch::Tensor bytes = torch::empty({size}, torch::TensorOptions(torch::kUInt8));
  auto* at = static_cast<char*>(bytes.mutable_data_ptr());
  for (const std::string& key : keys) {
    at = std::copy(key.begin(), key.end(), at);
    *at++ = '\n';
  }
  return bytes;
}

TensorFile::TensorFile(const std::filesystem::path& file, std::string kind)
    : where_(file.string()), kind_(std::move(kind)), tensors_(read_tensors(file)) {}

torch::Tensor TensorFile::get(const std::string& name, torch::ScalarType type, std::int64_t dimensions) const {
  if (has(name))
    if (const torch::Tensor& tensor = named(tensors_, name, where_);
        tensor.scalar_type() == type && tensor.dim() == dimensions)
      return tensor;
  fail("{}: no file of {}: a tensor '{}' of type {} with {} dimension{} was expected", where_, kind_, name,
       weights::dtype_name(stored_type(name, type)), dimensions, dimensions == 1 ? "" : "s");
}

std::string TensorFile::text(const std::string& name) const {
  const torch::Tensor bytes = get(name, torch::kUInt8, 1);
  return {static_cast<const char*>(bytes.const_data_ptr()), static_cast<size_t>(bytes.numel())};
}

std::vector<std::string> TensorFile::lines(const std::string& name) const {
  std::vector<std::string> out = split(text(name), '\n');
  out.pop_back();
  return out;
}

std::int64_t TensorFile::number(const std::string& name) const {
  const torch::Tensor one = get(name, torch::kInt64, 1);
  if (one.numel() != 1) fail("{}: '{}' holds {} numbers, one was expected", where_, name, one.numel());
  return one.item<std::int64_t>();
}

}  // namespace counterpoint::protoclip
