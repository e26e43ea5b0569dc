// How far apart the two modalities lie, and how narrow each one's cone is.
#pragma once
#include <torch/torch.h>

namespace counterpoint::protoclip {

/// All of unit features.
struct ModalityGap {
  double gap = 0;                                      ///< || mean of pictures - mean of texts || (spec 2.3)
  double self_cosine_image = 0, self_cosine_text = 0;  ///< mean cosine of two different items; negatives count
  double feature_std_image = 0, feature_std_text = 0;  ///< deviation over items, mean over the d numbers
};

/// images [N, d], texts [N, d]: pairs (a picture's first caption). N >= 2.
ModalityGap modality_gap(const torch::Tensor& images, const torch::Tensor& texts);

}  // namespace counterpoint::protoclip
