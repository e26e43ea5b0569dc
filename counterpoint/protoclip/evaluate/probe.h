// The linear probe: logistic regression on frozen, un-normalised image features.
//
// The paper's released code trains it by SGD and reports the best test epoch (spec 2.3, 2.6.14). Here C is chosen by a
// held-out part of the training set, and the test set is looked at once.
#pragma once
#include <torch/torch.h>

#include <cstdint>
#include <vector>

#include "counterpoint/protoclip/evaluate/logistic.h"
#include "counterpoint/protoclip/evaluate/targets.h"

namespace counterpoint::protoclip {

/// 10^-6 to 10^2, one a power of ten.
std::vector<double> default_strengths();

struct ProbeOptions {
  std::vector<double> strengths = default_strengths();  ///< values of C that are tried, ascending
  double held_out = 0.2;                                ///< share of the training set on which C is chosen
  /// Each feature less its mean, divided by its deviation over the training set: models whose features differ in scale
  /// are then regularised alike, and L-BFGS needs a fraction of the steps.
  bool standardise = true;
  LogisticOptions logistic;  ///< its `c` is what is chosen
  std::uint64_t seed = 0;    ///< of the held-out part
};

struct Probe {
  torch::Tensor scores;  ///< [N test, C] float64
  double c = 0;          ///< chosen: best accuracy (mAP) on the held-out part, of equally good ones the smallest
  /// By strength, as far as they were tried: the search ends when two in a row are worse than the best before them, as
  /// large values take longest and only overfit more. {0} where there is one strength: then nothing is held out.
  std::vector<double> held_out_scores;
};

/// train [N, d], test [M, d]. Training rows without a class are left out where each picture has one. Error: fewer than
/// 2 classes or 5 rows to train on.
Probe linear_probe(const torch::Tensor& train, const Targets& truth, const torch::Tensor& test,
                   const ProbeOptions& options = {});

}  // namespace counterpoint::protoclip
