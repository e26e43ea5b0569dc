#include "counterpoint/nn/decoder.h"

#include "counterpoint/core/error.h"
#include "counterpoint/nn/cpu_decoder.h"
#include "counterpoint/nn/kernels/parallel.h"
#include "counterpoint/nn/torch_module.h"

namespace counterpoint::nn {
namespace {

WeightType cpu_weight_type(const std::string& dtype) {
  if (dtype == "float32") return WeightType::float32;
  if (dtype == "bfloat16") return WeightType::bfloat16;
  if (dtype == "int8") return WeightType::int8;
  const std::vector<std::string> known = {"float32", "bfloat16", "int8"};
  fail("unknown dtype '{}'{}", dtype, suggestion(dtype, known));
}

void check_device(const std::string& name) {
  const std::vector<std::string> known = {"cpu", "cuda", "torch-cpu"};
  if (name != "torch-cpu" && name != "cuda" && name.rfind("cuda:", 0) != 0)
    fail("unknown device '{}'{}", name, suggestion(name, known));
}

/// See nn/torch/entry.cpp. The module stays loaded: libtorch cannot be unloaded. What set_threads() was told is
/// handed over, since the module has a copy of those kernels to itself.
std::unique_ptr<Decoder> load_torch_decoder(const weights::ModelFiles& model, const DecoderOptions& options) {
  using Entry = Decoder* (*)(const weights::ModelFiles&, const DecoderOptions&, int);
  void* entry = torch_function("counterpoint_torch_decoder", "device '" + options.device + "'");
  return std::unique_ptr<Decoder>(reinterpret_cast<Entry>(entry)(model, options, told_threads()));
}

}  // namespace

std::unique_ptr<Decoder> load_decoder(const weights::ModelFiles& model, const DecoderOptions& options) {
  if (options.device == "cpu") return std::make_unique<CpuDecoder>(model, cpu_weight_type(options.dtype));
  check_device(options.device);
  return load_torch_decoder(model, options);
}

}  // namespace counterpoint::nn
