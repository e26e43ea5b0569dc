// The features that training computes anyway, kept by sample: what --episode-features reuse clusters on.
#pragma once
#include <torch/torch.h>

#include <cstdint>

#include "counterpoint/protoclip/named_tensors.h"

namespace counterpoint::protoclip {

class FeatureBank {
 public:
  /// Room for D samples of d_h numbers in each modality, float32 on the CPU: 8 D d bytes.
  FeatureBank(std::int64_t dataset_size, std::int64_t dim);

  /// h_image and h_text [B, d] of the samples [B] int64. A later record replaces an earlier one. Called in the warm-up
  /// too. Error: sizes that differ, a sample outside.
  void record(const torch::Tensor& samples, const torch::Tensor& h_image, const torch::Tensor& h_text);

  struct Found {
    torch::Tensor h_image, h_text;  ///< [n, d]; zero in the absent rows
    torch::Tensor absent;           ///< [a] int64: positions within `samples` that were never recorded: forward these
  };
  Found find(const torch::Tensor& samples) const;

  std::int64_t dataset_size() const { return recorded_.size(0); }
  std::int64_t dim() const { return image_.size(1); }

  /// "image" and "text" [D, d], "recorded" [D]: for a checkpoint. restore also takes what earlier versions kept. Error
  /// of restore: a missing name, other shapes.
  NamedTensors tensors() const;
  void restore(const NamedTensors& tensors);

 private:
  torch::Tensor image_, text_;  // [D, d]
  torch::Tensor recorded_;      // [D] bool
};

}  // namespace counterpoint::protoclip
