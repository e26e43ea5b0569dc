// Accumulation that keeps all negatives: the loss of a whole batch whose towers run in micro-batches (GradCache).
//
//   1. forward each micro-batch without a graph, keep its features;
//   2. the loss of all features and its gradient by them (CachedLoss), the scales' gradients too;
//   3. forward each micro-batch again with a graph; feed(i, features).backward() gives the towers their gradients.
// The sum is the gradient of the undivided batch, for any split, as long as a row's features do not depend on its
// neighbours: batch norm in training mode takes its statistics from the micro-batch. Dropout must be replayed.
#pragma once
#include <vector>

#include "counterpoint/protoclip/losses.h"

namespace counterpoint::protoclip {

class CachedLoss {
 public:
  /// Step 2. `parts`: each micro-batch's features, any graph on them is ignored. Gradients of the log scales are added
  /// to their .grad here, once.
  CachedLoss(const std::vector<BatchFeatures>& parts, const Prototypes* prototypes, const LogScales& scales,
             const LossWeights& weights);

  /// Without a graph.
  const LossTerms& terms() const { return terms_; }

  /// Step 3: a scalar whose backward pass gives micro-batch `part` its share of the gradient. Its value says nothing.
  torch::Tensor feed(std::size_t part, const BatchFeatures& features) const;

 private:
  LossTerms terms_;
  std::vector<BatchFeatures> gradients_;
};

}  // namespace counterpoint::protoclip
