// What a step moves.
#include "counterpoint/protoclip/train/learner.h"

#include <gtest/gtest.h>

#include <set>

#include "counterpoint/core/files.h"
#include "tests/support/support.h"
#include "tests/support/tiny_clip.h"

namespace counterpoint::protoclip {
namespace {

using torch::Tensor;

constexpr std::int64_t kVocabulary = 600, kRows = 8;
constexpr const char* kResnet = R"({"embed_dim": 16, "vision_cfg": {"image_size": 32, "layers": [1, 1, 1, 1],
    "width": 4, "head_width": 32}, "text_cfg": {"context_length": 24, "vocab_size": 600, "width": 16, "heads": 2,
    "layers": 1}})";

/// A learner with a batch and prototypes of its own; the same seed gives the same of all three.
class Trained {
 public:
  explicit Trained(const TrainSettings& settings)
      : learner_(settings, kVocabulary), batch_(batch_of(learner_.config())) {
    const torch::NoGradGuard no_grad;
    // What is 0 shows no decay.
    for (auto& [name, tensor] : tensors())
      if (tensor.dim() < 2 && tensor.is_floating_point() && !name.starts_with("adamw")) tensor.add_(0.3);
    learner_.train(false);
    const BatchFeatures features = learner_.features(batch_);
    learner_.train(true);
    prototypes_ = build_prototypes(features.h_image, features.h_text, {}, {.k = 3});
  }

  LossTerms step() { return learner_.step(batch_, &prototypes_, 1e-3); }
  Learner& learner() { return learner_; }
  /// Of the model, and what a checkpoint keeps besides it.
  NamedTensors tensors() {
    NamedTensors all = learner_.state();
    for (const auto& item : learner_.model()->named_parameters()) all.emplace_back(item.key(), item.value());
    for (const auto& item : learner_.model()->named_buffers()) all.emplace_back(item.key(), item.value());
    return all;
  }
  Tensor gradient(const std::string& name) { return learner_.model()->named_parameters()[name].grad(); }

 private:
  static BatchInput batch_of(const nn::ClipConfig& config) {
    torch::manual_seed(3);
    const std::int64_t side = config.vision.image_size, end = 10;
    Tensor ids = torch::randint(1, kVocabulary - 1, {kRows, config.text.context_length}, torch::kInt64);
    ids.select(1, end).fill_(kVocabulary - 1);  // where a caption ends
    ids.slice(1, end + 1).zero_();
    return {torch::randn({kRows, 3, side, side}), ids, torch::arange(kRows)};
  }

  Learner learner_;
  BatchInput batch_;
  Prototypes prototypes_;
};

class LearnerTest : public testing::TestWithParam<const char*> {
 protected:
  LearnerTest() {
    write_file_atomic(dir_ / "vit", test::tiny_clip);
    write_file_atomic(dir_ / "resnet", kResnet);
  }
  TrainSettings settings() const {
    return {.model = (dir_ / GetParam()).string(), .projection_dim = 8, .projection_hidden = 16};
  }
  test::ScratchDir dir_;
};

std::set<std::string> different(const NamedTensors& a, const NamedTensors& b) {
  std::set<std::string> names;
  for (const auto& [name, tensor] : a)
    if (!tensor.equal(named(b, name, "the other"))) names.insert(name);
  return names;
}

NamedTensors copied(const NamedTensors& tensors) {
  NamedTensors out;
  for (const auto& [name, tensor] : tensors) out.emplace_back(name, tensor.detach().clone());
  return out;
}

TEST_P(LearnerTest, MatricesDecayAndBiasesNormsScalesAndHeadsDoNot) {
  TrainSettings s = settings();
  s.weight_decay = 0;
  Trained without(s);
  s.weight_decay = 100;
  Trained with(s);
  const NamedTensors before = copied(with.tensors());
  ASSERT_EQ(different(with.tensors(), without.tensors()), std::set<std::string>());
  with.step();
  without.step();
  std::set<std::string> matrices;
  for (const auto& item : with.learner().model()->named_parameters())
    if (item.value().dim() >= 2) matrices.insert(item.key());
  EXPECT_EQ(different(with.tensors(), without.tensors()), matrices);
  const std::set<std::string> moved = different(with.tensors(), before);
  for (const char* name : {"image_head.out.weight", "text_head.out.bias", "prototype_scale", "logit_scale"})
    EXPECT_TRUE(moved.contains(name)) << name;
}

TEST_P(LearnerTest, ALockedImageSideStandsStillWhateverTheLoss) {
  Trained trained(settings());
  trained.learner().lock_image();
  const NamedTensors before = copied(trained.tensors());
  trained.step();
  const std::set<std::string> moved = different(trained.tensors(), before);
  EXPECT_TRUE(moved.contains("text_head.out.weight"));
  EXPECT_TRUE(moved.contains("text_head.norm.running_mean"));
  for (const std::string& name : moved)
    EXPECT_FALSE(name.starts_with("visual.") || name.starts_with("image_head.")) << name;
}

TEST_P(LearnerTest, AStepInMixedPrecisionIsNearOneInFloat32) {
  TrainSettings s = settings();
  Trained exact(s);
  s.precision = "amp_bf16";
  Trained mixed(s);
  const double loss = exact.step().total.item<double>(), near = mixed.step().total.item<double>();
  EXPECT_NE(near, loss);
  EXPECT_NEAR(near, loss, 0.25);  // eight bits of a cosine, times the scale
  const Tensor a = exact.gradient("text_projection").flatten(), b = mixed.gradient("text_projection").flatten();
  EXPECT_GT((a.dot(b) / (a.norm() * b.norm())).item<double>(), 0.8);
  for (const auto& [name, tensor] : mixed.tensors()) EXPECT_TRUE(torch::isfinite(tensor).all().item<bool>()) << name;
}

INSTANTIATE_TEST_SUITE_P(Models, LearnerTest, testing::Values("vit", "resnet"),
                         [](const auto& model) { return std::string(model.param); });

}  // namespace
}  // namespace counterpoint::protoclip
