#include "counterpoint/protoclip/evaluate/retrieval.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/support/support.h"

namespace counterpoint::protoclip {
namespace {

using torch::Tensor;

Tensor whole(std::initializer_list<std::int64_t> values) {
  return torch::tensor(std::vector<std::int64_t>(values), torch::kInt64);
}

/// Places in the whole matrix, sorted.
RetrievalRanks by_sorting(const Tensor& images, const Tensor& texts, const Tensor& owner) {
  const Tensor scores = torch::nn::functional::normalize(images).mm(torch::nn::functional::normalize(texts).t());
  RetrievalRanks ranks{torch::empty({images.size(0)}, torch::kInt64), torch::empty({texts.size(0)}, torch::kInt64)};
  for (std::int64_t p = 0; p < images.size(0); ++p) {
    const Tensor order = scores[p].argsort(/*stable=*/true, 0, /*descending=*/true);
    ranks.image_to_text[p] = owner.index_select(0, order).eq(p).to(torch::kInt64).argmax();
  }
  for (std::int64_t m = 0; m < texts.size(0); ++m) {
    const Tensor order = scores.select(1, m).argsort(/*stable=*/true, 0, /*descending=*/true);
    ranks.text_to_image[m] = order.eq(owner[m]).to(torch::kInt64).argmax();
  }
  return ranks;
}

TEST(Retrieval, EqualsSortingTheWholeMatrixForAnyChunk) {
  torch::manual_seed(2);
  const Tensor images = torch::randn({37, 8});
  const Tensor owner = torch::cat({torch::arange(37), torch::randint(37, {60}, torch::kInt64)}).to(torch::kInt64);
  const Tensor texts = images.index_select(0, owner) + torch::randn({97, 8});
  const RetrievalRanks expected = by_sorting(images, texts, owner);
  for (const std::int64_t chunk : {1, 10, 37, 1000}) {
    const RetrievalRanks ranks = retrieval_ranks(images, texts, owner, chunk);
    EXPECT_TRUE(torch::equal(ranks.image_to_text, expected.image_to_text)) << chunk;
    EXPECT_TRUE(torch::equal(ranks.text_to_image, expected.text_to_image)) << chunk;
  }
}

TEST(Retrieval, AnyOfAPicturesCaptionsIsAHit) {
  // The first picture's second caption is right, its first is the other's.
  const Tensor images = torch::eye(2), owner = whole({0, 0, 1});
  const Tensor texts = torch::tensor({{0.0F, 1.0F}, {1.0F, 0.1F}, {0.2F, 1.0F}});
  const RetrievalRanks ranks = retrieval_ranks(images, texts, owner);
  EXPECT_TRUE(torch::equal(ranks.image_to_text, whole({0, 1})));
  EXPECT_TRUE(torch::equal(ranks.text_to_image, whole({1, 0, 0})));
}

TEST(Retrieval, CollapsedFeaturesFindNothing) {
  const Tensor same = torch::ones({100, 4}), owner = torch::arange(100).to(torch::kInt64);
  const RetrievalRanks ranks = retrieval_ranks(same, same, owner);
  EXPECT_EQ((ranks.image_to_text < 1).sum().item<std::int64_t>(), 1);
  EXPECT_EQ((ranks.text_to_image < 10).sum().item<std::int64_t>(), 10);
}

TEST(Retrieval, RefusesPicturesWithoutCaptionAndFeaturesThatAreNotFinite) {
  test::expect_contains(test::error_of([] {
                          retrieval_ranks(torch::eye(2), torch::eye(2), whole({0, 0}));
                        }),
                        "picture 2");
  const Tensor broken = torch::full({2, 2}, std::numeric_limits<float>::quiet_NaN());
  test::expect_contains(test::error_of([&] { retrieval_ranks(broken, torch::eye(2), whole({0, 1})); }), "diverged");
}

}  // namespace
}  // namespace counterpoint::protoclip
