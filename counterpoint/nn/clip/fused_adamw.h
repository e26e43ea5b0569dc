// AdamW as one pass over each parameter's memory (torch's fused kernel).
#pragma once
#include <torch/torch.h>

#include <vector>

namespace counterpoint::nn {

struct AdamWSettings {
  double beta1 = 0.9, beta2 = 0.98;  ///< open_clip's for vision transformers; 0.999 for ResNets
  double epsilon = 1e-6;             ///< 1e-8 for ResNets
  double weight_decay = 0.2;         ///< decoupled: p -= rate * weight_decay * p
};

/// One group of parameters. The numbers are torch.optim.AdamW's.
class FusedAdamW {
 public:
  FusedAdamW(std::vector<torch::Tensor> parameters, const AdamWSettings& settings);

  /// Moves every parameter that has a gradient; the others stay as they are, without weight decay.
  void step(double learning_rate);

  /// For each parameter [first moments.., second moments.., step counts..], to be written to and read from checkpoints.
  std::vector<torch::Tensor> state() const;

 private:
  AdamWSettings settings_;
  std::vector<torch::Tensor> parameters_, first_, second_, steps_;
};

}  // namespace counterpoint::nn
