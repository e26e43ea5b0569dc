#include "counterpoint/nn/clip/fused_adamw.h"

#include <gtest/gtest.h>

namespace counterpoint::nn {
namespace {

using torch::Tensor;

/// Several steps beside libtorch's own AdamW.
TEST(FusedAdamW, TakesTheStepsOfAdamW) {
  torch::manual_seed(1);
  const Tensor start = torch::randn({5, 7});
  const Tensor ours = start.clone().requires_grad_(), theirs = start.clone().requires_grad_();
  FusedAdamW fused({ours}, {.beta1 = 0.8, .beta2 = 0.95, .epsilon = 1e-5, .weight_decay = 0.3});
  auto options = torch::optim::AdamWOptions(0.02).betas({0.8, 0.95}).eps(1e-5).weight_decay(0.3);
  torch::optim::AdamW plain({theirs}, options);
  for (int step = 0; step < 5; ++step) {
    const Tensor gradient = torch::randn({5, 7});
    ours.mutable_grad() = gradient;
    theirs.mutable_grad() = gradient;
    fused.step(0.02);
    plain.step();
  }
  EXPECT_LT((ours - theirs).abs().max().item<double>(), 1e-6);
  EXPECT_GT((ours - start).abs().max().item<double>(), 1e-2);
}

TEST(FusedAdamW, LeavesAloneWhatHasNoGradient) {
  const Tensor moving = torch::ones({3}).requires_grad_(), still = torch::ones({3}).requires_grad_();
  FusedAdamW fused({still, moving}, {});
  moving.mutable_grad() = torch::ones({3});
  fused.step(0.1);
  EXPECT_TRUE(torch::equal(still, torch::ones({3})));
  EXPECT_LT(moving.max().item<double>(), 0.95);
}

}  // namespace
}  // namespace counterpoint::nn
