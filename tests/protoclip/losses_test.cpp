// Every term and gradient against a plain PyTorch reference (tests/golden/protoclip).
#include "counterpoint/protoclip/losses.h"

#include <gtest/gtest.h>

#include <cmath>

#include "counterpoint/protoclip/back_translation.h"
#include "counterpoint/protoclip/cached_loss.h"
#include "tests/protoclip/golden_tensors.h"

namespace counterpoint::protoclip {
namespace {

constexpr std::int64_t kClusters = 9;
constexpr double kSoft = 0.05;

struct Case {
  std::string name;
  double temperature = kSoft;
  bool normalise = false;
  double teacher_temperature = -1;
};
const std::vector<Case> kCases{{"soft"}, {"one_hot", -1}, {"normalised", kSoft, true, kSoft}, {"opposite"}};

class LossTest : public testing::TestWithParam<Case> {
 protected:
  torch::Tensor stored(const std::string& name) const { return golden_.at(name); }
  torch::Tensor of_case(const std::string& name) const { return golden_.at(GetParam().name + "/" + name); }

  PrototypeSide side(const std::string& students, const std::string& teachers, const std::string& labels,
                     double temperature) const {
    const torch::Tensor label = stored(labels);
    return {of_case(students), of_case(teachers), torch::bincount(label, {}, kClusters) > 0, label, temperature};
  }

  Prototypes prototypes() const {
    Prototypes result;
    const Case& now = GetParam();
    result.image = side("p_image", "c_text", "label_text", now.temperature);
    result.text = side("p_text", "c_image", "label_image", now.temperature);
    result.teacher_clusters = KMeansResult{};
    result.teacher_image = side("e_image", "c_teacher", "label_teacher", now.teacher_temperature);
    result.teacher_text = side("e_text", "c_teacher", "label_teacher", now.teacher_temperature);
    return result;
  }

  BatchFeatures features() const {
    const torch::Tensor at = stored("positions");
    BatchFeatures batch{stored("z_image").clone(), stored("z_text").clone(), stored("h_image").index_select(0, at),
                        stored("h_text").index_select(0, at), at};
    for (torch::Tensor* x : {&batch.z_image, &batch.z_text, &batch.h_image, &batch.h_text}) x->requires_grad_();
    return batch;
  }

  static LogScales scales() {
    const auto parameter = [](double value) { return torch::tensor(value, torch::kFloat64).requires_grad_(); };
    return {parameter(2.3), parameter(1.9)};
  }

  void expect_near(const torch::Tensor& got, const std::string& name, double tolerance = 1e-9) const {
    EXPECT_TRUE(torch::allclose(got.to(torch::kFloat64), of_case(name), 0, tolerance)) << name;
  }

  void expect_gradients(const BatchFeatures& batch, const LogScales& learned) const {
    expect_near(batch.z_image.grad(), "grad/z_image");
    expect_near(batch.z_text.grad(), "grad/z_text");
    expect_near(batch.h_image.grad(), "grad/h_image");
    expect_near(batch.h_text.grad(), "grad/h_text");
    expect_near(learned.clip.grad(), "grad/log_scale");
    expect_near(learned.prototype.grad(), "grad/log_proto");
  }

  std::map<std::string, torch::Tensor> golden_ = test::golden_tensors("protoclip/losses.safetensors");
  LossWeights weights_{1, 0.7, 0.4};
};

TEST_P(LossTest, TermsAndGradientsEqualTheReference) {
  const BatchFeatures batch = features();
  const LogScales learned = scales();
  const Prototypes fixed = prototypes();
  const LossTerms terms = total_loss(batch, &fixed, learned, weights_);
  terms.total.backward();
  expect_near(terms.clip, "clip");
  expect_near(terms.prototype, "prototype");
  expect_near(terms.teacher, "teacher");
  expect_near(terms.total, "total");
  expect_gradients(batch, learned);
}

TEST_P(LossTest, InFloat32WithinOneMillionth) {
  BatchFeatures batch = features();
  for (torch::Tensor* x : {&batch.z_image, &batch.z_text, &batch.h_image, &batch.h_text})
    *x = x->detach().to(torch::kFloat32);
  const LogScales learned{torch::tensor(2.3F), torch::tensor(1.9F)};
  const Prototypes fixed = prototypes();
  expect_near(total_loss(batch, &fixed, learned, weights_).total, "total", 5e-6);
}

TEST_P(LossTest, BackTranslationEqualsTheReference) {
  if (GetParam().name == "opposite") return;
  const auto near = [&](const char* rows, const char* labels, const char* expected) {
    const auto found = back_translate(stored(rows), stored(labels), kClusters, GetParam().normalise);
    expect_near(found.centroids, expected, 1e-6);
    EXPECT_TRUE(torch::equal(found.present, torch::bincount(stored(labels), {}, kClusters) > 0));
    EXPECT_FALSE(found.present.all().item<bool>());
  };
  near("h_image", "label_text", "p_image");
  near("h_text", "label_image", "p_text");
  near("h_image", "label_teacher", "e_image");
  near("h_text", "label_teacher", "e_text");
}

/// Towers: one matrix for all, so that gradients of parameters can be compared.
TEST_P(LossTest, AnySplitGivesTheSameLossAndGradients) {
  const Prototypes fixed = prototypes();
  const torch::Tensor at = stored("positions");
  const torch::Tensor input = stored("h_image").index_select(0, at);
  for (const std::int64_t size : {12, 6, 5, 1}) {
    const LogScales learned = scales();
    torch::Tensor tower = torch::eye(16, torch::kFloat64).requires_grad_();
    const auto forward = [&](std::int64_t begin) {
      const auto rows = [&](const torch::Tensor& x) { return x.slice(0, begin, begin + size).mm(tower); };
      return BatchFeatures{rows(stored("z_image")), rows(stored("z_text")), rows(input),
                           rows(stored("h_text").index_select(0, at)), at.slice(0, begin, begin + size)};
    };
    std::vector<BatchFeatures> parts;
    for (std::int64_t begin = 0; begin < 12; begin += size) {
      const torch::NoGradGuard no_grad;
      parts.push_back(forward(begin));
    }
    const CachedLoss cached(parts, &fixed, learned, weights_);
    for (size_t part = 0; part < parts.size(); ++part)
      cached.feed(part, forward(static_cast<std::int64_t>(part) * size)).backward();
    expect_near(cached.terms().total, "total");
    expect_near(learned.clip.grad(), "grad/log_scale");
    expect_near(learned.prototype.grad(), "grad/log_proto");
    const auto share = [&](const torch::Tensor& x, const char* gradient) { return x.t().mm(of_case(gradient)); };
    const torch::Tensor whole = share(stored("z_image"), "grad/z_image") + share(stored("z_text"), "grad/z_text") +
                                share(input, "grad/h_image") +
                                share(stored("h_text").index_select(0, at), "grad/h_text");
    EXPECT_TRUE(torch::allclose(tower.grad(), whole, 0, 1e-9)) << size;
  }
}

INSTANTIATE_TEST_SUITE_P(Settings, LossTest, testing::ValuesIn(kCases),
                         [](const auto& setting) { return setting.param.name; });

TEST(TotalLossTest, WarmUpHasClipAlone) {
  BatchFeatures batch;
  batch.z_image = batch.z_text = torch::eye(3);
  const LogScales learned{torch::tensor(0.0F), torch::tensor(0.0F)};
  const LossTerms terms = total_loss(batch, nullptr, learned, {});
  EXPECT_NEAR(terms.total.item<double>(), std::log(std::exp(1) + 2) - 1, 1e-6);
  EXPECT_FALSE(terms.prototype.defined() || terms.teacher.defined());
  EXPECT_EQ(terms.metrics().size(), 2U);
  test::expect_contains(test::error_of([&] { (void)total_loss(batch, nullptr, learned, {0, 1, 1}); }), "no term");
}

TEST(LogScaleTest, IsPutBackIntoItsRange) {
  for (const auto& [given, expected] : {std::pair{9.0, 100.0}, {-1.0, 1.0}, {initial_log_scale(), 1 / 0.07}}) {
    const torch::Tensor log_scale = torch::tensor(given, torch::kFloat64).requires_grad_();
    clamp_log_scale_(log_scale);
    EXPECT_NEAR(scale_of(log_scale).item<double>(), expected, 1e-9);
  }
}

}  // namespace
}  // namespace counterpoint::protoclip
