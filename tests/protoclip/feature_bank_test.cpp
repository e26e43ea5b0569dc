#include "counterpoint/protoclip/feature_bank.h"

#include <gtest/gtest.h>

#include "tests/support/support.h"

namespace counterpoint::protoclip {
namespace {

TEST(FeatureBankTest, KeepsTheLastRecordAndTellsWhatIsAbsent) {
  FeatureBank bank(6, 2);
  bank.record(torch::tensor({4L, 1L}), torch::full({2, 2}, 1.0), torch::full({2, 2}, -1.0));
  bank.record(torch::tensor({1L}), torch::full({1, 2}, 5.0), torch::full({1, 2}, -5.0));
  const auto found = bank.find(torch::tensor({1L, 0L, 4L, 5L}));
  EXPECT_TRUE(torch::equal(found.absent, torch::tensor({1L, 3L})));
  EXPECT_EQ(found.h_image[0][1].item<float>(), 5);
  EXPECT_EQ(found.h_text[2][0].item<float>(), -1);
}

TEST(FeatureBankTest, IsRestoredFromItsTensors) {
  FeatureBank bank(3, 2), again(3, 2), other(3, 4);
  bank.record(torch::tensor({2L}), torch::ones({1, 2}), torch::zeros({1, 2}));
  again.restore(bank.tensors());
  EXPECT_TRUE(torch::equal(again.find(torch::arange(3)).h_image, bank.find(torch::arange(3)).h_image));
  EXPECT_TRUE(torch::equal(again.find(torch::arange(3)).absent, torch::tensor({0L, 1L})));
  test::expect_contains(test::error_of([&] { other.restore(bank.tensors()); }), "'image' has 6 numbers where 12");
  test::expect_contains(test::error_of([&] { bank.restore({}); }), "'image' is missing");
}

TEST(FeatureBankTest, IsRestoredFromWhatEarlierVersionsKept) {
  FeatureBank bank(3, 2), again(3, 2);
  bank.record(torch::tensor({0L, 2L}), torch::ones({2, 2}), torch::zeros({2, 2}));
  NamedTensors tensors = bank.tensors();
  tensors.back() = {"recorded_at", torch::tensor({0L, -1L, 7L})};  // steps; -1: never
  again.restore(tensors);
  EXPECT_TRUE(torch::equal(again.find(torch::arange(3)).absent, torch::tensor({1L})));
}

TEST(FeatureBankTest, RefusesWhatDoesNotFit) {
  FeatureBank bank(3, 2);
  const torch::Tensor row = torch::ones({1, 2});
  test::expect_contains(test::error_of([&] { bank.record(torch::tensor({3L}), row, row); }), "data set of 3");
  test::expect_contains(test::error_of([&] { bank.record(torch::tensor({0L, 1L}), row, row); }), "[2, 2]");
  test::expect_contains(test::error_of([&] { (void)bank.find(torch::tensor({-1L})); }), "data set of 3");
}

}  // namespace
}  // namespace counterpoint::protoclip
