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

std::string_view dtype_name(DType type);

/// A tensor as it lies in the file. Row-major, outermost dimension first (also for GGUF).
struct TensorView {
  std::string name;
  DType dtype = DType::f32;
  std::vector<std::int64_t> shape;
  std::span<const std::byte> bytes;
  std::int64_t elements() const;
};

/// Writes the elements [first, first + out.size()) as float32; for block-quantised types both ends must lie on block
/// borders. Error: a type that is no number of ours.
void to_float32(const TensorView& tensor, std::int64_t first, std::span<float> out);

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
