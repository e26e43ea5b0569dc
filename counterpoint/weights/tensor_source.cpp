#include "counterpoint/weights/tensor_source.h"

#include <algorithm>
#include <array>

#include "counterpoint/core/error.h"
#include "counterpoint/weights/decode.h"

namespace counterpoint::weights {
namespace {

struct Facts {
  std::string_view name;
  std::int64_t elements, bytes;
};

/// In the order of DType.
constexpr std::array<Facts, 18> facts_of_types{{{"F32", 1, 4},
                                                {"F16", 1, 2},
                                                {"BF16", 1, 2},
                                                {"F64", 1, 8},
                                                {"I8", 1, 1},
                                                {"U8", 1, 1},
                                                {"I16", 1, 2},
                                                {"I32", 1, 4},
                                                {"I64", 1, 8},
                                                {"BOOL", 1, 1},
                                                {"Q4_0", 32, 18},
                                                {"Q4_1", 32, 20},
                                                {"Q5_0", 32, 22},
                                                {"Q5_1", 32, 24},
                                                {"Q8_0", 32, 34},
                                                {"Q4_K", 256, 144},
                                                {"Q5_K", 256, 176},
                                                {"Q6_K", 256, 210}}};

const Facts& facts(DType type) { return facts_of_types.at(static_cast<size_t>(type)); }

/// Elements that lie in the file as they do in memory: all, or where rows are interleaved one row.
std::int64_t run_length(const TensorView& tensor) {
  if (tensor.interleaved_heads == 0) return tensor.elements();
  return tensor.shape.size() == 1 ? 1 : tensor.row_length();
}

/// Where run `row` of a tensor lies in the file. Element k of half j of a head is stored at 2 k + j.
std::int64_t stored_run(const TensorView& tensor, std::int64_t row) {
  if (tensor.interleaved_heads == 0) return row;
  const std::int64_t head_dim = tensor.shape[0] / tensor.interleaved_heads;
  const std::int64_t head = row / head_dim, within = row % head_dim;
  return head * head_dim + within % (head_dim / 2) * 2 + within / (head_dim / 2);
}

void decode_range(const TensorView& tensor, std::int64_t first, std::int64_t count, float* out) {
  const std::int64_t block = block_elements(tensor.dtype);
  COUNTERPOINT_ASSERT(first % block == 0 && count % block == 0);
  decode_blocks(tensor.dtype, tensor.bytes.data() + first / block * block_bytes(tensor.dtype), count / block, out);
}

}  // namespace

std::string_view dtype_name(DType type) { return facts(type).name; }
std::int64_t block_elements(DType type) { return facts(type).elements; }
std::int64_t block_bytes(DType type) { return facts(type).bytes; }

std::int64_t TensorView::elements() const {
  std::int64_t product = 1;
  for (const std::int64_t size : shape) product *= size;
  return product;
}

std::int64_t TensorView::row_length() const { return shape.empty() ? 1 : shape.back(); }

std::int64_t TensorView::rows() const {
  std::int64_t product = 1;
  for (size_t i = 0; i + 1 < shape.size(); ++i) product *= shape[i];
  return product;
}

bool TensorView::plain() const {
  if (interleaved_heads != 0 || block_elements(dtype) != 1) return false;
  return reinterpret_cast<std::uintptr_t>(bytes.data()) % static_cast<std::uintptr_t>(block_bytes(dtype)) == 0;
}

void to_float32(const TensorView& tensor, std::int64_t first, std::span<float> out) {
  COUNTERPOINT_ASSERT(first >= 0 && first + std::ssize(out) <= tensor.elements());
  const std::int64_t run = run_length(tensor);
  std::int64_t done = 0;
  while (done < std::ssize(out)) {
    const std::int64_t column = (first + done) % run;
    const std::int64_t count = std::min(run - column, std::ssize(out) - done);
    decode_range(tensor, stored_run(tensor, (first + done) / run) * run + column, count, out.data() + done);
    done += count;
  }
}

void read_rows(const TensorView& tensor, std::int64_t first_row, std::int64_t rows, float* out) {
  const std::int64_t length = tensor.row_length();
  to_float32(tensor, first_row * length, {out, static_cast<size_t>(rows * length)});
}

}  // namespace counterpoint::weights
