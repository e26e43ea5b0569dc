// A weight matrix laid out for products of few rows with many outputs, and that product.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace counterpoint::nn {

enum class WeightType {
  float32,
  bfloat16,  ///< weights and inputs rounded to bfloat16, sums in float32
  int8,      ///< weights and inputs as 8-bit numbers with a scale per 32, sums in float32
};

/// A matrix [outputs, inputs] in panels of 32 outputs.
class PackedMatrix {
 public:
  /// `inputs` must be a multiple of 2 (bfloat16) or 32 (int8).
  PackedMatrix(std::int64_t outputs, std::int64_t inputs, WeightType type);

  std::int64_t outputs() const { return outputs_; }
  std::int64_t inputs() const { return inputs_; }
  std::int64_t panels() const { return (outputs_ + 31) / 32; }
  std::int64_t bytes() const { return panels() * panel_bytes_; }

  /// Sets the rows of panel `index` from float32 rows [rows, inputs], rows = 32 or what is left at the end.
  void set_panel(std::int64_t index, const float* rows);

  /// One row as float32 (an embedding).
  void row(std::int64_t index, float* out) const;

  /// y[rows, outputs] = x[rows, inputs] W^T (+ bias) (+ y). Each row's result has the same bits whatever stands in the
  /// other rows. `bias`: [outputs] or null. `x_stride`: floats from one row of x to the next; 0 = inputs.
  struct Product {
    const float* x = nullptr;
    std::int64_t rows = 0;
    float* y = nullptr;
    const float* bias = nullptr;
    bool accumulate = false;
    std::int64_t x_stride = 0;
  };
  void multiply(const Product& product) const;

 private:
  struct PackedRows;
  PackedRows pack(const float* x, std::int64_t rows, std::int64_t stride) const;
  void multiply_panel(std::int64_t index, const PackedRows& x, float* y, const float* bias, bool accumulate) const;
  std::byte* panel(std::int64_t index) const { return data_.get() + index * panel_bytes_; }

  std::int64_t outputs_, inputs_;
  WeightType type_;
  std::int64_t panel_bytes_;
  struct Free {
    void operator()(std::byte* memory) const;
  };
  std::unique_ptr<std::byte[], Free> data_;
};

}  // namespace counterpoint::nn
