#include "counterpoint/nn/kernels/packed_matrix.h"

#include <cmath>

#include "counterpoint/core/random.h"
#include "tests/support/support.h"

namespace counterpoint::nn {
namespace {

constexpr std::int64_t kOutputs = 70, kInputs = 96, kRows = 29;  // panels and row groups that do not come out even

std::vector<float> noise(std::int64_t count, std::uint64_t seed) {
  RandomStream random(seed);
  std::vector<float> values(static_cast<size_t>(count));
  for (float& value : values) value = static_cast<float>(random.uniform() - 0.5);
  return values;
}

PackedMatrix packed(const std::vector<float>& weights, WeightType type) {
  PackedMatrix matrix(kOutputs, kInputs, type);
  for (std::int64_t panel = 0; panel < matrix.panels(); ++panel)
    matrix.set_panel(panel, weights.data() + panel * 32 * kInputs);
  return matrix;
}

/// Root of the summed squared error over that of the exact products.
double relative_error(const std::vector<float>& w, const std::vector<float>& x, const std::vector<float>& y) {
  double error = 0, size = 0;
  for (std::int64_t r = 0; r < kRows; ++r)
    for (std::int64_t n = 0; n < kOutputs; ++n) {
      double exact = 0;
      for (std::int64_t k = 0; k < kInputs; ++k)
        exact += static_cast<double>(x[static_cast<size_t>(r * kInputs + k)]) *
                 static_cast<double>(w[static_cast<size_t>(n * kInputs + k)]);
      error += std::pow(exact - static_cast<double>(y[static_cast<size_t>(r * kOutputs + n)]), 2);
      size += exact * exact;
    }
  return std::sqrt(error / size);
}

class Packed : public testing::TestWithParam<std::pair<WeightType, double>> {};

TEST_P(Packed, ProductIsNearTheExactOne) {
  const std::vector<float> w = noise(kOutputs * kInputs, 1), x = noise(kRows * kInputs, 2);
  std::vector<float> y(kRows * kOutputs);
  packed(w, GetParam().first).multiply({.x = x.data(), .rows = kRows, .y = y.data()});
  EXPECT_LT(relative_error(w, x, y), GetParam().second);
}

TEST_P(Packed, ARowHasTheSameBitsAloneAndAmongOthers) {
  const std::vector<float> w = noise(kOutputs * kInputs, 3), x = noise(kRows * kInputs, 4), bias = noise(kOutputs, 5);
  const PackedMatrix matrix = packed(w, GetParam().first);
  std::vector<float> together(kRows * kOutputs), alone(kOutputs);
  matrix.multiply({.x = x.data(), .rows = kRows, .y = together.data(), .bias = bias.data()});
  for (std::int64_t r = 0; r < kRows; ++r) {
    matrix.multiply({.x = x.data() + r * kInputs, .rows = 1, .y = alone.data(), .bias = bias.data()});
    EXPECT_TRUE(std::equal(alone.begin(), alone.end(), together.begin() + r * kOutputs)) << "row " << r;
  }
}

// bfloat16 keeps 8 bits of a number, int8 with a scale per 32 about 7: errors of 0.3 % and 1 % of a product.
INSTANTIATE_TEST_SUITE_P(Types, Packed,
                         testing::Values(std::pair(WeightType::float32, 1e-6), std::pair(WeightType::bfloat16, 5e-3),
                                         std::pair(WeightType::int8, 1.5e-2)));

TEST(PackedMatrix, RowsComeBack) {
  const std::vector<float> w = noise(kOutputs * kInputs, 6);
  const PackedMatrix matrix = packed(w, WeightType::float32);
  std::vector<float> row(kInputs);
  matrix.row(69, row.data());
  EXPECT_TRUE(std::equal(row.begin(), row.end(), w.begin() + 69 * kInputs));
}

TEST(PackedMatrix, AccumulatesOntoWhatIsThere) {
  const std::vector<float> w = noise(kOutputs * kInputs, 7), x = noise(kInputs, 8);
  const PackedMatrix matrix = packed(w, WeightType::float32);
  std::vector<float> plain(kOutputs), added(kOutputs, 2.0f);
  matrix.multiply({.x = x.data(), .rows = 1, .y = plain.data()});
  matrix.multiply({.x = x.data(), .rows = 1, .y = added.data(), .accumulate = true});
  for (size_t i = 0; i < plain.size(); ++i) EXPECT_FLOAT_EQ(added[i], plain[i] + 2.0f);
}

TEST(PackedMatrix, OddWidthIsRefusedForInt8) {
  EXPECT_NE(test::error_of([] { PackedMatrix(8, 40, WeightType::int8); }).find("multiple of 32"), std::string::npos);
}

}  // namespace
}  // namespace counterpoint::nn
