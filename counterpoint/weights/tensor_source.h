// A file (or a folder of shards) that holds named tensors, mapped into memory.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace counterpoint::weights {

enum class DType {
  f32,
  f16,
  bf16,
  f64,
  i8,
  u8,
  i16,
  i32,
  i64,
  boolean,
  q4_0,
  q4_1,
  q5_0,
  q5_1,
  q8_0,
  q4_k,
  q5_k,
  q6_k
};

/// "F32", "BF16", "Q4_K", ...: as safetensors and GGUF spell it.
std::string_view dtype_name(DType type);

/// Elements that are stored together (1; 32 or 256 for quantised types), and the bytes that such a block takes.
std::int64_t block_elements(DType type);
std::int64_t block_bytes(DType type);

/// A tensor in its file. Row-major, outermost dimension first (also for GGUF, which writes them the other way round).
struct TensorView {
  std::string name;
  DType dtype = DType::f32;
  std::vector<std::int64_t> shape;
  std::span<const std::byte> bytes;
  /// Above 0: the file keeps the rows of each of that many heads in the order of interleaved rope, where Hugging Face
  /// has two halves (q_proj and k_proj of Llamas in GGUF). to_float32 and read_rows give Hugging Face's order.
  std::int64_t interleaved_heads = 0;

  std::int64_t elements() const;
  /// The length of the last dimension (1 for a scalar), and how many such rows there are (1 for a 1-D tensor).
  std::int64_t row_length() const;
  std::int64_t rows() const;
  /// `bytes` are the elements in order and aligned for their type: they may be used where they lie.
  bool plain() const;
};

/// Writes the elements [first, first + out.size()) as float32; for block-quantised types both ends must lie on block
/// borders. Ranges that do not overlap may be read by several threads. Error: a type that is no number of ours.
void to_float32(const TensorView& tensor, std::int64_t first, std::span<float> out);

/// Writes rows [first_row, first_row + rows) as float32 to out[rows * row_length()]. A 1-D tensor is one row.
void read_rows(const TensorView& tensor, std::int64_t first_row, std::int64_t rows, float* out);

class TensorSource {
 public:
  virtual ~TensorSource() = default;
  /// Names in file order, as Hugging Face spells them ("model.layers.0.self_attn.q_proj.weight"), whatever the file.
  virtual const std::vector<std::string>& names() const = 0;
  virtual bool has(std::string_view name) const = 0;
  /// Error: no such tensor (with the nearest name).
  virtual TensorView view(std::string_view name) const = 0;
  /// The tensor's pages are not needed for now (see MappedFile::forget).
  virtual void forget(const TensorView& tensor) const = 0;
  /// The path, for messages.
  virtual std::string where() const = 0;
};

}  // namespace counterpoint::weights
