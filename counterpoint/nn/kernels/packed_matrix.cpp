#include "counterpoint/nn/kernels/packed_matrix.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <new>

#include "counterpoint/core/error.h"
#include "counterpoint/nn/kernels/parallel.h"
#include "counterpoint/nn/kernels/table.h"

namespace counterpoint::nn {
namespace {

std::uint32_t to_bf16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if (std::isnan(value)) return 0x7FC0;
  return (bits + 0x7FFF + (bits >> 16 & 1)) >> 16;
}

float from_bf16(std::uint32_t half) { return std::bit_cast<float>(half << 16); }

/// The scale that maps the largest of kQuantum values (`step` apart) to 127.
float quantum_scale(const float* values) {
  float most = 0;
  for (std::int64_t i = 0; i < kQuantum; ++i) most = std::max(most, std::fabs(values[i]));
  return most / 127.0f;
}

std::int32_t quantise(float value, float inverse) {
  return static_cast<std::int32_t>(std::nearbyintf(value * inverse));
}

float inverse_of(float scale) { return scale > 0 ? 1.0f / scale : 0.0f; }

std::int64_t quanta(std::int64_t inputs) { return inputs / kQuantum; }

std::int64_t bytes_of_panel(std::int64_t inputs, WeightType type) {
  switch (type) {
    case WeightType::float32:
      return inputs * kPanel * 4;
    case WeightType::bfloat16:
      return inputs * kPanel * 2;
    case WeightType::int8:
      return inputs * kPanel + quanta(inputs) * kPanel * 8;
  }
  return 0;
}

/// The parts of an int8 panel, one behind the other.
struct Int8Panel {
  std::uint32_t* quads;  ///< [inputs / 4][kPanel]
  float* scales;         ///< [quanta][kPanel]
  std::int32_t* sums;    ///< [quanta][kPanel], times -128
  Int8Panel(std::byte* at, std::int64_t inputs)
      : quads(reinterpret_cast<std::uint32_t*>(at)),
        scales(reinterpret_cast<float*>(at + inputs * kPanel)),
        sums(reinterpret_cast<std::int32_t*>(at + inputs * kPanel + quanta(inputs) * kPanel * 4)) {}
};

void set_int8_column(const Int8Panel& panel, std::int64_t column, const float* row, std::int64_t inputs) {
  for (std::int64_t q = 0; q < quanta(inputs); ++q) {
    const float scale = quantum_scale(row + q * kQuantum), inverse = inverse_of(scale);
    std::int32_t sum = 0;
    for (std::int64_t quad = 0; quad < kQuantum / 4; ++quad) {
      std::uint32_t bytes = 0;
      for (int i = 0; i < 4; ++i) {
        const std::int32_t value = quantise(row[q * kQuantum + quad * 4 + i], inverse);
        sum += value;
        bytes |= static_cast<std::uint32_t>(value & 0xFF) << (8 * i);
      }
      panel.quads[(q * kQuantum / 4 + quad) * kPanel + column] = bytes;
    }
    panel.scales[q * kPanel + column] = scale;
    panel.sums[q * kPanel + column] = -128 * sum;
  }
}

float int8_at(const Int8Panel& panel, std::int64_t column, std::int64_t k) {
  const std::uint32_t quad = panel.quads[k / 4 * kPanel + column];
  const auto value = static_cast<std::int8_t>(quad >> (8 * (k % 4)) & 0xFF);
  return static_cast<float>(value) * panel.scales[k / kQuantum * kPanel + column];
}

/// Rows are handed to a tile in groups of `most`; the last group may be smaller.
std::int64_t rows_per_tile(WeightType type) {
  const KernelTable& table = kernels();
  return type == WeightType::float32    ? table.float_rows
         : type == WeightType::bfloat16 ? table.bf16_rows
                                        : table.int8_rows;
}

void pack_float(const float* x, std::int64_t rows, std::int64_t stride, std::int64_t inputs, float* out) {
  for (std::int64_t k = 0; k < inputs; ++k)
    for (std::int64_t r = 0; r < rows; ++r) *out++ = x[r * stride + k];
}

void pack_bf16(const float* x, std::int64_t rows, std::int64_t stride, std::int64_t inputs, std::uint32_t* out) {
  for (std::int64_t k = 0; k < inputs; k += 2)
    for (std::int64_t r = 0; r < rows; ++r) {
      const float* pair = x + r * stride + k;
      *out++ = to_bf16(pair[0]) | to_bf16(pair[1]) << 16;
    }
}

void pack_int8(const float* x, std::int64_t rows, std::int64_t stride, std::int64_t inputs, std::uint32_t* out,
               float* scales) {
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t q = 0; q < quanta(inputs); ++q) {
      const float* values = x + r * stride + q * kQuantum;
      const float scale = quantum_scale(values), inverse = inverse_of(scale);
      scales[q * rows + r] = scale;
      for (std::int64_t quad = 0; quad < kQuantum / 4; ++quad) {
        std::uint32_t bytes = 0;
        for (int i = 0; i < 4; ++i)
          bytes |= static_cast<std::uint32_t>(quantise(values[quad * 4 + i], inverse) + 128) << (8 * i);
        out[(q * kQuantum / 4 + quad) * rows + r] = bytes;
      }
    }
}

}  // namespace

struct PackedMatrix::PackedRows {
  std::int64_t rows, group;
  std::vector<std::uint32_t> data;  ///< group after group, each [inputs (/ 2, / 4)][rows of the group]
  std::vector<float> scales;        ///< int8: group after group, each [quanta][rows of the group]
};

void PackedMatrix::Free::operator()(std::byte* memory) const { std::free(memory); }

PackedMatrix::PackedMatrix(std::int64_t outputs, std::int64_t inputs, WeightType type)
    : outputs_(outputs), inputs_(inputs), type_(type), panel_bytes_(bytes_of_panel(inputs, type)) {
  if (type == WeightType::int8 && inputs % kQuantum != 0)
    fail("int8 weights need a width that is a multiple of {}, this model has one of {}", kQuantum, inputs);
  if (type == WeightType::bfloat16 && inputs % 2 != 0)
    fail("bfloat16 weights need an even width, this model has {}", inputs);
  const auto size = static_cast<size_t>((bytes() + 63) / 64 * 64);
  data_.reset(static_cast<std::byte*>(std::aligned_alloc(64, size)));
  if (!data_) throw std::bad_alloc();
}

void PackedMatrix::set_panel(std::int64_t index, const float* rows) {
  const std::int64_t count = std::min(kPanel, outputs_ - index * kPanel);
  std::byte* at = panel(index);
  if (count < kPanel) std::memset(at, 0, static_cast<size_t>(panel_bytes_));
  for (std::int64_t c = 0; c < count; ++c) {
    const float* row = rows + c * inputs_;
    if (type_ == WeightType::float32) {
      auto* out = reinterpret_cast<float*>(at) + c;
      for (std::int64_t k = 0; k < inputs_; ++k) out[k * kPanel] = row[k];
    } else if (type_ == WeightType::bfloat16) {
      auto* out = reinterpret_cast<std::uint32_t*>(at) + c;
      for (std::int64_t k = 0; k < inputs_; k += 2) out[k / 2 * kPanel] = to_bf16(row[k]) | to_bf16(row[k + 1]) << 16;
    } else {
      set_int8_column(Int8Panel(at, inputs_), c, row, inputs_);
    }
  }
}

void PackedMatrix::row(std::int64_t index, float* out) const {
  std::byte* at = panel(index / kPanel);
  const std::int64_t c = index % kPanel;
  for (std::int64_t k = 0; k < inputs_; ++k) {
    if (type_ == WeightType::float32) {
      out[k] = reinterpret_cast<const float*>(at)[k * kPanel + c];
    } else if (type_ == WeightType::bfloat16) {
      out[k] = from_bf16(reinterpret_cast<const std::uint32_t*>(at)[k / 2 * kPanel + c] >> (16 * (k % 2)) & 0xFFFF);
    } else {
      out[k] = int8_at(Int8Panel(at, inputs_), c, k);
    }
  }
}

PackedMatrix::PackedRows PackedMatrix::pack(const float* x, std::int64_t rows, std::int64_t stride) const {
  const std::int64_t group = rows_per_tile(type_);
  const std::int64_t per_word = type_ == WeightType::float32 ? 1 : type_ == WeightType::bfloat16 ? 2 : 4;
  PackedRows packed{rows, group, {}, {}};
  packed.data.resize(static_cast<size_t>(rows * inputs_ / per_word));
  if (type_ == WeightType::int8) packed.scales.resize(static_cast<size_t>(rows * quanta(inputs_)));
  parallel_for((rows + group - 1) / group, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t first = begin * group; first < std::min(end * group, rows); first += group) {
      const std::int64_t count = std::min(group, rows - first);
      std::uint32_t* out = packed.data.data() + first * inputs_ / per_word;
      const float* from = x + first * stride;
      if (type_ == WeightType::float32) pack_float(from, count, stride, inputs_, reinterpret_cast<float*>(out));
      if (type_ == WeightType::bfloat16) pack_bf16(from, count, stride, inputs_, out);
      if (type_ == WeightType::int8)
        pack_int8(from, count, stride, inputs_, out, packed.scales.data() + first * quanta(inputs_));
    }
  });
  return packed;
}

void PackedMatrix::multiply_panel(std::int64_t index, const PackedRows& x, float* y, const float* bias,
                                  bool accumulate) const {
  const KernelTable& table = kernels();
  const auto tile = type_ == WeightType::float32    ? table.tile_f32
                    : type_ == WeightType::bfloat16 ? table.tile_bf16
                                                    : table.tile_int8;
  const std::int64_t per_word = type_ == WeightType::float32 ? 1 : type_ == WeightType::bfloat16 ? 2 : 4;
  TileArgs args;
  args.panel = panel(index);
  if (type_ == WeightType::int8) {
    const Int8Panel parts(panel(index), inputs_);
    args.w_scales = parts.scales;
    args.w_sums = parts.sums;
  }
  float panel_bias[kPanel] = {};
  args.columns = std::min(kPanel, outputs_ - index * kPanel);
  if (bias) {
    std::copy_n(bias + index * kPanel, args.columns, panel_bias);
    args.bias = panel_bias;
  }
  args.y_stride = outputs_;
  args.inputs = inputs_;
  args.accumulate = accumulate;
  for (std::int64_t first = 0; first < x.rows; first += x.group) {
    args.rows = std::min(x.group, x.rows - first);
    args.x = x.data.data() + first * inputs_ / per_word;
    args.x_scales = x.scales.data() + first * quanta(inputs_);
    args.y = y + first * outputs_ + index * kPanel;
    tile(args);
  }
}

void PackedMatrix::multiply(const Product& product) const {
  const PackedRows packed = pack(product.x, product.rows, product.x_stride ? product.x_stride : inputs_);
  const std::int64_t grain = std::clamp<std::int64_t>(panels() / (threads() * 8), 1, 16);
  parallel_for(panels(), grain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t index = begin; index < end; ++index)
      multiply_panel(index, packed, product.y, product.bias, product.accumulate);
  });
}

}  // namespace counterpoint::nn
