// Logistic regression by L-BFGS, as scikit-learn's LogisticRegression fits it.
//
// Minimised: the sum of log losses times C, plus |W|^2 / 2 without the intercept. With one class each that is the
// multinomial loss over C classes (of two classes, the logistic loss of the second); with any number of classes each,
// the sum of one logistic loss a class, which is one-vs-rest.
#pragma once
#include <torch/torch.h>

#include <cstdint>

#include "counterpoint/protoclip/evaluate/targets.h"

namespace counterpoint::protoclip {

struct LogisticOptions {
  double c = 1;                   ///< inverse strength of the regularisation
  std::int64_t iterations = 300;  ///< of L-BFGS, at most
  double tolerance = 1e-4;  ///< it ends where no element of the gradient of objective / (C N) is larger (sklearn's)
};

struct Logistic {
  bool two_classes = false;  ///< one each of two: a single logistic loss, of the second
  torch::Tensor weight;      ///< [C, d] float64; [1, d] where two_classes
  torch::Tensor intercept;   ///< [C] float64; [1]
  double objective = 0;      ///< as above

  /// x [N, d] -> [N, C] float64; where two_classes the first one's score is 0.
  torch::Tensor scores(const torch::Tensor& x) const;
};

/// x [N, d], truth of N rows, where one_each each with a class. Full batch, float64, deterministic; the N x C scores
/// exist for some rows at a time. `start`: begins at these weights instead of zero. Error: features that are not
/// finite.
Logistic fit_logistic(const torch::Tensor& x, const Targets& truth, const LogisticOptions& options = {},
                      const Logistic* start = nullptr);

}  // namespace counterpoint::protoclip
