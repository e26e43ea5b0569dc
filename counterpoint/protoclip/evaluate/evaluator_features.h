// What an Evaluator computes once and all evaluations of a run read.
#pragma once
#include "counterpoint/protoclip/evaluate/evaluator.h"

namespace counterpoint::protoclip {

/// A tensor that no asked evaluation needs is undefined.
struct Evaluator::Features {
  torch::Tensor classes;  ///< [C, d] of length 1: the classes' names
  PairFeatures test;      ///< `texts`, `owner` and `first_caption` only where texts are needed
  Targets test_truth;     ///< one row for each of test.images
  torch::Tensor train;    ///< [N, d]
  Targets train_truth;
  std::optional<std::uint64_t> bootstrap;  ///< seed of the intervals; nullopt: figures have none
};

}  // namespace counterpoint::protoclip
