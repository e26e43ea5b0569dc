#include "counterpoint/nn/clip/clip_model.h"

#include <gtest/gtest.h>

#include "counterpoint/nn/clip/projection_head.h"
#include "tests/nn/clip/expected.h"

namespace counterpoint::nn {
namespace {

using test::clip_model;
using test::largest_difference;
using test::pictures;
using torch::Tensor;

struct Golden {
  std::string model;
  bool quick_gelu;
};

std::ostream& operator<<(std::ostream& out, const Golden& golden) {
  return out << golden.model << (golden.quick_gelu ? "QuickGelu" : "");
}

class AgainstOpenClip : public testing::TestWithParam<Golden> {
 protected:
  ClipModel model_ = clip_model(GetParam().model, GetParam().quick_gelu);
  std::map<std::string, Tensor> expected_ =
      test::read_tensors(test::clip_folder(GetParam().model) /
                         (GetParam().quick_gelu ? "expected-quickgelu.safetensors" : "expected.safetensors"));
  Tensor pixels_ = pictures(6, model_->config().vision.image_size);
};

TEST_P(AgainstOpenClip, FeaturesAreItsOwn) {
  const torch::NoGradGuard guard;
  EXPECT_LT(largest_difference(model_->encode_image(pixels_), expected_.at("image")), 1e-4);
  EXPECT_LT(largest_difference(model_->encode_text(expected_.at("ids")), expected_.at("text")), 1e-4);
}

TEST_P(AgainstOpenClip, LossAndGradientsAreItsOwn) {
  model_->train();
  const auto unit = [](const Tensor& z) { return torch::nn::functional::normalize(z); };
  const Tensor logits = model_->logit_scale().exp() * torch::matmul(unit(model_->encode_image(pixels_)),
                                                                    unit(model_->encode_text(expected_.at("ids"))).t());
  const Tensor pairs = torch::arange(logits.size(0));
  const Tensor loss = (torch::cross_entropy_loss(logits, pairs) + torch::cross_entropy_loss(logits.t(), pairs)) / 2;
  loss.backward();
  EXPECT_NEAR(loss.item<double>(), expected_.at("loss").item<double>(), 1e-4);
  int compared = 0;
  for (const auto& parameter : model_->named_parameters()) {
    const auto found = expected_.find("gradient." + parameter.key());
    if (found == expected_.end()) continue;
    const double size = found->second.abs().max().item<double>();
    EXPECT_GT(size, 0) << parameter.key();
    EXPECT_LT(largest_difference(parameter.value().grad(), found->second), 1e-3 * size + 1e-6) << parameter.key();
    ++compared;
  }
  EXPECT_EQ(compared, 14);
  for (const auto& buffer : model_->named_buffers()) {
    const auto found = expected_.find("after." + buffer.key());
    if (found == expected_.end()) continue;
    EXPECT_LT(largest_difference(buffer.value(), found->second), 1e-5) << buffer.key();
  }
}

INSTANTIATE_TEST_SUITE_P(Models, AgainstOpenClip,
                         testing::Values(Golden{"resnet", false}, Golden{"resnet", true}, Golden{"vit", false},
                                         Golden{"vit", true}),
                         testing::PrintToStringParamName());

/// What stands behind a caption's end, and captions beside it, change nothing.
TEST(EncodeText, ComputesNoMoreThanItMust) {
  const torch::NoGradGuard guard;
  ClipModel model = clip_model("vit");
  const Tensor ids = torch::tensor({{38, 4, 5, 39, 0, 0, 0, 0}, {38, 7, 8, 9, 10, 11, 12, 39}}, torch::kInt64);
  const Tensor together = model->encode_text(ids);
  EXPECT_LT(largest_difference(model->encode_text(ids.slice(0, 0, 1)), together.slice(0, 0, 1)), 1e-6);
  EXPECT_LT(largest_difference(model->encode_text(ids.slice(0, 0, 1).slice(1, 0, 4)), together.slice(0, 0, 1)), 1e-6);
  Tensor noisy = ids.clone();
  noisy[0].slice(0, 4).fill_(17);
  EXPECT_LT(largest_difference(model->encode_text(noisy), together), 1e-6);
  EXPECT_GT(largest_difference(together[0], together[1]), 1e-2);
}

TEST(ClipModel, StartsAsOpenClipDoes) {
  torch::manual_seed(1);
  ClipModel model(clip_config_of("tiny-resnet"));
  EXPECT_NEAR(model->logit_scale().exp().item<double>(), 1 / 0.07, 1e-4);
  const auto parameters = model->named_parameters();
  EXPECT_NEAR(parameters["token_embedding.weight"].std().item<double>(), 0.02, 1e-4);
  EXPECT_NEAR(parameters["positional_embedding"].std().item<double>(), 0.01, 1e-3);
  EXPECT_NEAR(parameters["transformer.resblocks.1.mlp.c_proj.weight"].std().item<double>(), 1 / std::sqrt(512.0), 1e-3);
  EXPECT_NEAR(parameters["visual.attnpool.k_proj.weight"].std().item<double>(), 1 / std::sqrt(512.0), 1e-3);
  EXPECT_EQ(parameters["visual.layer3.0.bn3.weight"].abs().max().item<double>(), 0);
}

TEST(ClipModel, TheSameSeedGivesTheSameModel) {
  const auto features = [](std::uint64_t seed) {
    torch::manual_seed(seed);
    const torch::NoGradGuard guard;
    return ClipModel(clip_config_of("tiny-vit"))->encode_image(pictures(2, 48));
  };
  EXPECT_TRUE(torch::equal(features(3), features(3)));
  EXPECT_FALSE(torch::equal(features(3), features(4)));
}

TEST(ProjectionHead, IsLinearNormReluLinear) {
  torch::manual_seed(1);
  ProjectionHead head(ProjectionHeadShape{.input = 6, .hidden = 10, .output = 4});
  const Tensor z = torch::randn({5, 6});
  const auto parameters = head->named_parameters();
  const Tensor inner = torch::linear(z, parameters["in.weight"], parameters["in.bias"]);
  const Tensor normed = (inner - inner.mean(0)) / (inner.var(0, false) + 1e-5).sqrt();
  const Tensor wanted = torch::linear(normed.relu(), parameters["out.weight"], parameters["out.bias"]);
  EXPECT_LT(largest_difference(head->forward(z), wanted), 1e-5);
}

}  // namespace
}  // namespace counterpoint::nn
