// LoraTrainer on libtorch.
#pragma once
#include "counterpoint/nn/torch/lora_decoder.h"

namespace counterpoint::nn {

class TorchLoraTrainer final : public LoraTrainer {
 public:
  TorchLoraTrainer(const weights::ModelFiles& model, const TrainerOptions& options, const AdamWOptions& adamw,
                   const at::TensorOptions& tensors);

  std::vector<RowValues> logprobs(std::span<const TrainRow> rows, bool adapted) override;
  void accumulate(std::span<const TrainRow> rows, std::uint64_t dropout_stream,
                  const Derivatives& derivatives) override;
  double step(double learning_rate, double max_norm) override;
  std::vector<StateTensor> gradients() const override;
  weights::Adapter adapter() const override { return decoder_.adapter(); }
  void set_adapter(const weights::Adapter& adapter) override { decoder_.set_adapter(adapter); }
  std::vector<StateTensor> optimizer_state() const override;
  void set_optimizer_state(std::span<const StateTensor> state) override;

 private:
  double clip(double max_norm);

  at::Device device_;
  double dropout_;
  std::uint64_t seed_;
  LoraDecoder decoder_;
  AdamWOptions adamw_;
  /// By parameter, in decoder_.parameters()'s order.
  std::vector<at::Tensor> first_moments_, second_moments_;
  std::int64_t steps_ = 0;
};

}  // namespace counterpoint::nn
