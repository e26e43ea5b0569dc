#include <algorithm>
#include <cmath>
#include <cstring>

#include "counterpoint/core/error.h"
#include "counterpoint/weights/export_parts.h"
#include "counterpoint/weights/half.h"
#include "counterpoint/weights/model_files.h"
#include "counterpoint/weights/safetensors_writer.h"

namespace counterpoint::weights {
namespace {

/// Rows are read and written in pieces of about that many numbers.
constexpr std::int64_t piece_elements = 1 << 22;

void encode(DType type, std::span<const float> values, std::vector<std::byte>& out) {
  if (type == DType::f32) {
    const auto bytes = std::as_bytes(values);
    out.assign(bytes.begin(), bytes.end());
    return;
  }
  out.resize(values.size() * 2);
  const auto encode_one = type == DType::f16 ? float_to_half : float_to_bfloat;
  for (size_t i = 0; i < values.size(); ++i) {
    const std::uint16_t bits = encode_one(values[i]);
    std::memcpy(out.data() + 2 * i, &bits, sizeof bits);
  }
}

void check_range(DType type, std::span<const float> values, const std::string& where, const std::string& name) {
  if (type != DType::f16) return;
  const auto found = std::ranges::find_if(
      values, [](float value) { return std::isfinite(value) && (float_to_half(value) & 0x7FFFu) == 0x7C00u; });
  if (found != values.end())
    fail("{}: tensor '{}' holds {}, which float16 cannot (65504 at most); choose bfloat16 or float32", where, name,
         *found);
}

void append_tensor(const TensorSource& source, const std::string& name, DType type, SafetensorsWriter& file) {
  const TensorView view = source.view(name);
  const std::int64_t rows = view.rows(), length = view.row_length();
  const std::int64_t step = std::max<std::int64_t>(1, piece_elements / length);
  std::vector<float> values;
  std::vector<std::byte> bytes;
  for (std::int64_t row = 0; row < rows; row += step) {
    const std::int64_t count = std::min(step, rows - row);
    values.resize(static_cast<size_t>(count * length));
    read_rows(view, row, count, values.data());
    check_range(type, values, source.where(), name);
    encode(type, values, bytes);
    file.append(bytes);
  }
  source.forget(view);
}

}  // namespace

void write_weights(const TensorSource& source, const ModelConfig& config, DType dtype,
                   const std::filesystem::path& file) {
  std::vector<TensorEntry> entries;
  for (const auto& [name, shape] : expected_tensors(config)) entries.push_back({name, dtype, shape});
  SafetensorsWriter writer(file, entries);
  for (const TensorEntry& entry : entries) append_tensor(source, entry.name, dtype, writer);
  writer.finish();
}

}  // namespace counterpoint::weights
