// LoraTrainer on libtorch.
#pragma once
#include "counterpoint/nn/torch/lanes.h"
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
  /// Of each lane's rows the log-probabilities of the trained tokens [N]; gradients as the caller's mode is.
  std::vector<at::Tensor> forward(const std::vector<Lane>& lanes, std::uint64_t dropout_seed, double dropout,
                                  bool adapted);
  int lanes_at_most() const;
  void add_gradients(const std::vector<torch::autograd::variable_list>& by_lane);
  double clip(double max_norm);

  at::Device device_;
  bool checkpointing_;
  int threads_;  ///< that libtorch uses
  double dropout_;
  std::uint64_t seed_;
  LoraDecoder decoder_;
  AdamWOptions adamw_;
  /// By parameter, in decoder_.parameters()'s order.
  std::vector<at::Tensor> first_moments_, second_moments_;
  std::int64_t steps_ = 0;
};

}  // namespace counterpoint::nn
