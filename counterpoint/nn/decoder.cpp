#include "counterpoint/nn/decoder.h"

#include "counterpoint/core/error.h"
#include "counterpoint/nn/cpu_decoder.h"
#include "counterpoint/nn/torch_decoder.h"

namespace counterpoint::nn {
namespace {

WeightType cpu_weight_type(const std::string& dtype) {
  if (dtype == "float32") return WeightType::float32;
  if (dtype == "bfloat16") return WeightType::bfloat16;
  if (dtype == "int8") return WeightType::int8;
  const std::vector<std::string> known = {"float32", "bfloat16", "int8"};
  fail("unknown dtype '{}'{}", dtype, suggestion(dtype, known));
}

at::ScalarType torch_type(const std::string& dtype) {
  if (dtype == "float32") return at::kFloat;
  if (dtype == "bfloat16") return at::kBFloat16;
  if (dtype == "int8") fail("dtype int8 is for --device cpu only");
  const std::vector<std::string> known = {"float32", "bfloat16"};
  fail("unknown dtype '{}'{}", dtype, suggestion(dtype, known));
}

at::Device torch_device(const std::string& name) {
  if (name == "torch-cpu") return at::kCPU;
  if (name.rfind("cuda", 0) == 0) {
    if (!torch::cuda::is_available()) fail("device '{}': this libtorch sees no CUDA device", name);
    try {
      return at::Device(name);
    } catch (const c10::Error&) {
      fail("device '{}' is not understood: expected cuda or cuda:N", name);
    }
  }
  const std::vector<std::string> known = {"cpu", "cuda", "torch-cpu"};
  fail("unknown device '{}'{}", name, suggestion(name, known));
}

}  // namespace

std::unique_ptr<Decoder> load_decoder(const weights::ModelFiles& model, const DecoderOptions& options) {
  if (options.device == "cpu") return std::make_unique<CpuDecoder>(model, cpu_weight_type(options.dtype));
  return std::make_unique<TorchDecoder>(model, torch_device(options.device), torch_type(options.dtype));
}

}  // namespace counterpoint::nn
