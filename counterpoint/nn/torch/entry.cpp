// The one door into this module: libcounterpoint_torch.so is loaded only when a device other than "cpu" is asked for
// or a model is trained, since loading libtorch takes a quarter of a second and 100 MB.
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "counterpoint/core/error.h"
#include "counterpoint/nn/torch/device.h"
#include "counterpoint/nn/torch/lora_trainer.h"
#include "counterpoint/nn/torch/torch_decoder.h"

namespace counterpoint::nn {
namespace {

at::ScalarType torch_type(const std::string& dtype) {
  if (dtype == "float32") return at::kFloat;
  if (dtype == "bfloat16") return at::kBFloat16;
  if (dtype == "int8") fail("dtype int8 is for --device cpu only");
  const std::vector<std::string> known = {"float32", "bfloat16"};
  fail("unknown dtype '{}'{}", dtype, suggestion(dtype, known));
}

/// glibc gives each thread a heap of its own, and what one thread frees the others cannot have: rows computed in
/// threads would take half as much memory again.
void share_one_heap() {
#ifdef __GLIBC__
  ::mallopt(M_ARENA_MAX, 1);
#endif
}

}  // namespace
}  // namespace counterpoint::nn

extern "C" counterpoint::nn::Decoder* counterpoint_torch_decoder(const counterpoint::weights::ModelFiles& model,
                                                                 const counterpoint::nn::DecoderOptions& options,
                                                                 int threads) {
  using namespace counterpoint::nn;
  if (threads > 0) at::set_num_threads(threads);
  return new TorchDecoder(model, torch_device(options.device), torch_type(options.dtype));
}

extern "C" counterpoint::nn::LoraTrainer* counterpoint_torch_trainer(const counterpoint::weights::ModelFiles& model,
                                                                     const counterpoint::nn::TrainerOptions& options,
                                                                     const counterpoint::nn::AdamWOptions& adamw,
                                                                     int threads) {
  using namespace counterpoint::nn;
  share_one_heap();
  if (threads > 0) at::set_num_threads(threads);
  const auto tensors = at::TensorOptions().device(torch_device(options.device)).dtype(torch_type(options.dtype));
  return new TorchLoraTrainer(model, options, adamw, tensors);
}
