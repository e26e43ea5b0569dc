#include "counterpoint/protoclip/kmeans.h"

#include <gtest/gtest.h>

#include <limits>

#include "counterpoint/core/random.h"
#include "counterpoint/protoclip/kmeans_start.h"
#include "counterpoint/protoclip/nearest.h"
#include "tests/protoclip/clusters.h"
#include "tests/support/support.h"

namespace counterpoint::protoclip {
namespace {

KMeansOptions options_of(std::int64_t k) {
  KMeansOptions options;
  options.k = k;
  return options;
}

TEST(NearestTest, EqualsAFullMatrixOfDistances) {
  torch::manual_seed(1);
  for (const std::int64_t k : {1, 7, 16, 255, 256, 700}) {
    const torch::Tensor x = torch::randn({1031, 24}), c = torch::randn({k, 24});
    const auto [distance, label] = torch::cdist(x.to(torch::kFloat64), c.to(torch::kFloat64)).square().min(1);
    const Nearest found = nearest_centroids(x, c);
    EXPECT_TRUE(torch::equal(found.labels, label)) << k;
    const torch::Tensor squared = 2 * found.score + squared_norms(x);
    EXPECT_TRUE(torch::allclose(squared.to(torch::kFloat64), distance, 1e-4, 1e-4)) << k;
  }
}

TEST(NearestTest, OfTwoEquallyNearTheFirst) {
  const torch::Tensor c = torch::ones({600, 3});
  EXPECT_EQ(nearest_centroids(torch::ones({5, 3}), c).labels.max().item<std::int64_t>(), 0);
}

TEST(KMeansTest, FindsSeparatedClusters) {
  const auto data = test::make_clusters(40, 25, 16, 0.01, 3);
  const KMeansResult result = kmeans(data.rows, options_of(40));
  // One cluster for each true one: the objective is what the true members give.
  const torch::Tensor first = result.labels.narrow(0, 0, 40);
  EXPECT_TRUE(torch::equal(result.labels, first.index_select(0, data.members)));
  EXPECT_EQ(std::get<0>(at::_unique(first)).size(0), 40);
  EXPECT_TRUE((result.sizes == 25).all().item<bool>());
}

TEST(KMeansTest, ObjectiveFallsAndIsWhatLabelsAndCentroidsGive) {
  torch::manual_seed(5);
  const torch::Tensor x = torch::randn({3000, 20});
  for (const char* start : {"random", "k-means++"}) {
    KMeansOptions options = options_of(50);
    options.start = start;
    const KMeansResult result = kmeans(x, options);
    for (size_t i = 1; i < result.objectives.size(); ++i)
      EXPECT_LE(result.objectives[i], result.objectives[i - 1] * (1 + 1e-6));
    EXPECT_LE(result.objective, result.objectives.back() * (1 + 1e-6));
    const auto own = result.centroids.index_select(0, result.labels);
    EXPECT_NEAR(result.objective, (x - own).square().sum().item<double>(), 1e-3 * result.objective);
    EXPECT_TRUE(torch::equal(result.sizes, torch::bincount(result.labels, {}, 50)));
  }
}

TEST(KMeansTest, SameSeedSameBitsForAnyNumberOfThreads) {
  torch::manual_seed(6);
  const torch::Tensor x = torch::randn({5000, 32});
  KMeansOptions options = options_of(100);
  options.redos = 2;
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const KMeansResult one = kmeans(x, options);
  at::set_num_threads(2);
  const KMeansResult two = kmeans(x, options);
  at::set_num_threads(threads);
  EXPECT_TRUE(torch::equal(one.labels, two.labels));
  EXPECT_TRUE(torch::equal(one.centroids, two.centroids));
  EXPECT_EQ(one.objective, two.objective);
  options.seed = 1;
  EXPECT_FALSE(torch::equal(kmeans(x, options).centroids, one.centroids));
}

TEST(KMeansTest, EmptyClustersAreGivenTheFarthestRows) {
  // A warm start with all centroids in one place leaves all but one empty.
  const auto data = test::make_clusters(20, 30, 12, 0.01, 8);
  KMeansOptions options = options_of(20);
  options.redos = 1;
  options.warm_start = torch::zeros({20, 12});
  const KMeansResult result = kmeans(data.rows, options);
  EXPECT_GE(result.reseeded, 19);
  EXPECT_TRUE((result.sizes > 0).all().item<bool>());
}

TEST(KMeansTest, FewerDifferentRowsThanClustersLeavesEmptyOnes) {
  const torch::Tensor x = torch::eye(4).repeat({10, 1});
  const KMeansResult result = kmeans(x, options_of(7));
  EXPECT_EQ((result.sizes > 0).sum().item<std::int64_t>(), 4);
  EXPECT_EQ(result.sizes.sum().item<std::int64_t>(), 40);
  EXPECT_NEAR(result.objective, 0, 1e-5);
}

TEST(KMeansTest, MoreRedosNeverRaiseTheObjective) {
  const auto data = test::make_clusters(60, 10, 8, 0.2, 9);
  KMeansOptions options = options_of(60);
  options.start = "random";
  double last = std::numeric_limits<double>::infinity();
  for (const std::int64_t redos : {1, 3, 6}) {
    options.redos = redos;
    const double objective = kmeans(data.rows, options).objective;
    EXPECT_LE(objective, last);
    last = objective;
  }
}

TEST(KMeansTest, AWarmStartGoesOnWhereTheLastOneEnded) {
  torch::manual_seed(10);
  const torch::Tensor x = torch::randn({2000, 16});
  KMeansOptions options = options_of(30);
  options.redos = 1;
  options.iterations = 200;
  const KMeansResult done = kmeans(x, options);
  options.warm_start = done.centroids;
  const KMeansResult again = kmeans(x, options);
  EXPECT_EQ(again.objectives.size(), 1U);
  EXPECT_TRUE(torch::equal(again.labels, done.labels));
}

TEST(KMeansStartTest, PlusPlusDrawsInProportionToTheSquaredDistance) {
  // Four points on a line; the second centre's distribution is known for each first one.
  const torch::Tensor x = torch::tensor({0.0F, 1.0F, 3.0F, 7.0F}).unsqueeze(1);
  std::array<std::array<double, 4>, 4> counts{};
  RandomStream random(12);
  for (int i = 0; i < 20000; ++i) {
    const torch::Tensor start = plus_plus_start(x, squared_norms(x), 2, random);
    const auto place = [&](int row) {
      return std::find(x.const_data_ptr<float>(), x.const_data_ptr<float>() + 4, start[row].item<float>()) -
             x.const_data_ptr<float>();
    };
    ++counts.at(static_cast<size_t>(place(0))).at(static_cast<size_t>(place(1)));
  }
  const std::array<double, 4> at{0, 1, 3, 7};
  for (size_t a = 0; a < 4; ++a) {
    double all = 0, weight = 0;
    for (size_t b = 0; b < 4; ++b) all += counts[a][b], weight += (at[a] - at[b]) * (at[a] - at[b]);
    EXPECT_NEAR(all / 20000, 0.25, 0.02);
    for (size_t b = 0; b < 4; ++b) EXPECT_NEAR(counts[a][b] / all, (at[a] - at[b]) * (at[a] - at[b]) / weight, 0.025);
  }
}

TEST(KMeansStartTest, PlusPlusChoosesDifferentRowsAndOneOfEachCluster) {
  const auto data = test::make_clusters(64, 20, 32, 1e-4, 13);
  RandomStream random(14);
  const torch::Tensor start = plus_plus_start(data.rows, squared_norms(data.rows), 64, random);
  const torch::Tensor found = std::get<1>(torch::cdist(start, data.rows).min(1));
  EXPECT_EQ(std::get<0>(at::_unique(data.members.index_select(0, found))).size(0), 64);
}

TEST(KMeansTest, SaysWhatIsWrong) {
  torch::Tensor x = torch::randn({20, 4});
  test::expect_contains(test::error_of([&] { kmeans(x, options_of(21)); }), "20 rows can't make k = 21");
  test::expect_contains(test::error_of([&] { kmeans(x, options_of(0)); }), "k = 0");
  KMeansOptions options = options_of(3);
  options.start = "k-mean++";
  test::expect_contains(test::error_of([&] { kmeans(x, options); }), "k-means++");
  options = options_of(3);
  options.warm_start = torch::zeros({4, 4});
  test::expect_contains(test::error_of([&] { kmeans(x, options); }), "[3, 4]");
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    x = torch::randn({20, 4});
    x[13][2] = bad;
    test::expect_contains(test::error_of([&] { kmeans(x, options_of(3)); }), "row 13 of 20");
  }
}

}  // namespace
}  // namespace counterpoint::protoclip
