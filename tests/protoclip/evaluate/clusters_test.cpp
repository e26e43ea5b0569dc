#include <gtest/gtest.h>

#include "counterpoint/protoclip/evaluate/cluster_scores.h"
#include "counterpoint/protoclip/evaluate/gap.h"
#include "tests/protoclip/clusters.h"
#include "tests/protoclip/evaluate/digits.h"

namespace counterpoint::protoclip {
namespace {

using torch::Tensor;

Tensor labels(const data::Json& list) { return torch::tensor(list.get<std::vector<std::int64_t>>(), torch::kInt64); }

TEST(ClusterScores, AriAndAmiAsScikitLearn) {
  ASSERT_EQ(test::sklearn_values()["clusterings"].size(), 8U);
  for (const data::Json& row : test::sklearn_values()["clusterings"]) {
    const Tensor a = labels(row["a"]), b = labels(row["b"]);
    EXPECT_NEAR(adjusted_rand_index(a, b), row["ari"].get<double>(), 1e-9);
    EXPECT_NEAR(adjusted_mutual_information(a, b), row["ami"].get<double>(), 1e-9);
    EXPECT_NEAR(adjusted_mutual_information(b, a), row["ami"].get<double>(), 1e-9);
  }
}

TEST(ClusterScores, NamesOfLabelsDoNotMatter) {
  const Tensor a = torch::tensor({0, 0, 1, 1, 2, 2}, torch::kInt64);
  EXPECT_DOUBLE_EQ(adjusted_rand_index(a, 100 - 7 * a), 1);
  EXPECT_NEAR(adjusted_mutual_information(a, 100 - 7 * a), 1, 1e-12);
}

TEST(ClusterScores, KMeansFindsGroupsWhateverTheLengthOfTheFeatures) {
  const auto data = test::make_clusters(6, 30, 16, 0.01, 4);
  const Tensor lengths = torch::rand({180, 1}) + 0.1;
  const ClusterAgreement found = cluster_agreement(data.rows * lengths, data.members);
  EXPECT_NEAR(found.ari, 1, 1e-12);
  EXPECT_NEAR(found.ami, 1, 1e-9);
  const ClusterAgreement noise = cluster_agreement(torch::randn({180, 16}), data.members);
  EXPECT_LT(std::abs(noise.ari), 0.08);
  EXPECT_LT(std::abs(noise.ami), 0.1);
}

TEST(ModalityGap, EqualsWhatAllPairsGive) {
  torch::manual_seed(8);
  const Tensor images = torch::randn({30, 5}), texts = torch::randn({30, 5}) + 2;
  const ModalityGap gap = modality_gap(images, texts);
  const Tensor i = torch::nn::functional::normalize(images), t = torch::nn::functional::normalize(texts);
  EXPECT_NEAR(gap.gap, (i.mean(0) - t.mean(0)).norm().item<double>(), 1e-6);
  const auto others = [](const Tensor& unit) {
    const Tensor cosines = unit.mm(unit.t());
    return (cosines.sum() - cosines.trace()).item<double>() / (30 * 29);
  };
  EXPECT_NEAR(gap.self_cosine_image, others(i), 1e-6);
  EXPECT_NEAR(gap.self_cosine_text, others(t), 1e-6);
  EXPECT_NEAR(gap.feature_std_text, t.std(0, false).mean().item<double>(), 1e-6);
}

TEST(ModalityGap, OppositeFeaturesKeepTheirNegativeCosines) {
  const Tensor images = torch::tensor({{1.0F, 0.0F}, {-4.0F, 0.0F}});
  const ModalityGap gap = modality_gap(images, images);
  EXPECT_DOUBLE_EQ(gap.self_cosine_image, -1);
  EXPECT_DOUBLE_EQ(gap.gap, 0);
}

}  // namespace
}  // namespace counterpoint::protoclip
