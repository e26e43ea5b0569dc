#include "counterpoint/weights/decode.h"

#include <cstring>

#include "counterpoint/core/error.h"
#include "counterpoint/weights/decode_k.h"
#include "counterpoint/weights/half.h"

namespace counterpoint::weights {
namespace {

template <class Stored, class Convert>
void decode_plain(const std::uint8_t* in, std::int64_t count, float* out, Convert convert) {
  for (std::int64_t i = 0; i < count; ++i) {
    Stored value;
    std::memcpy(&value, in + i * static_cast<std::int64_t>(sizeof(Stored)), sizeof(Stored));
    out[i] = convert(value);
  }
}

// In all of these 32 elements are a block, and a byte holds two 4-bit numbers: the low halves are elements 0 to 15, the
// high halves 16 to 31.

/// 4-bit numbers with each element's fifth bit kept apart.
struct FiveBits {
  const std::uint8_t* packed;
  std::uint32_t high_bits;
  int low(int i) const { return (packed[i] & 0x0F) | static_cast<int>((high_bits >> i & 1u) << 4); }
  int high(int i) const { return packed[i] >> 4 | static_cast<int>((high_bits >> (i + 16) & 1u) << 4); }
};

std::uint32_t read_u32(const std::uint8_t* in) {
  std::uint32_t value;
  std::memcpy(&value, in, sizeof value);
  return value;
}

/// Q4_0: scale, 16 bytes. value = scale * (q - 8).
void decode_q4_0(const std::uint8_t* in, float* out) {
  const float scale = read_half(in);
  const std::uint8_t* packed = in + 2;
  for (int i = 0; i < 16; ++i) out[i] = scale * static_cast<float>((packed[i] & 0x0F) - 8);
  for (int i = 0; i < 16; ++i) out[i + 16] = scale * static_cast<float>((packed[i] >> 4) - 8);
}

/// Q4_1: scale, minimum, 16 bytes. value = scale * q + minimum.
void decode_q4_1(const std::uint8_t* in, float* out) {
  const float scale = read_half(in), minimum = read_half(in + 2);
  const std::uint8_t* packed = in + 4;
  for (int i = 0; i < 16; ++i) out[i] = scale * static_cast<float>(packed[i] & 0x0F) + minimum;
  for (int i = 0; i < 16; ++i) out[i + 16] = scale * static_cast<float>(packed[i] >> 4) + minimum;
}

/// Q5_0: scale, 32 fifth bits, 16 bytes. value = scale * (q - 16).
void decode_q5_0(const std::uint8_t* in, float* out) {
  const float scale = read_half(in);
  const FiveBits q{in + 6, read_u32(in + 2)};
  for (int i = 0; i < 16; ++i) out[i] = scale * static_cast<float>(q.low(i) - 16);
  for (int i = 0; i < 16; ++i) out[i + 16] = scale * static_cast<float>(q.high(i) - 16);
}

/// Q5_1: scale, minimum, 32 fifth bits, 16 bytes. value = scale * q + minimum.
void decode_q5_1(const std::uint8_t* in, float* out) {
  const float scale = read_half(in), minimum = read_half(in + 2);
  const FiveBits q{in + 8, read_u32(in + 4)};
  for (int i = 0; i < 16; ++i) out[i] = scale * static_cast<float>(q.low(i)) + minimum;
  for (int i = 0; i < 16; ++i) out[i + 16] = scale * static_cast<float>(q.high(i)) + minimum;
}

/// Q8_0: scale, 32 signed bytes. value = scale * q.
void decode_q8_0(const std::uint8_t* in, float* out) {
  const float scale = read_half(in);
  for (int i = 0; i < 32; ++i) out[i] = static_cast<float>(static_cast<std::int8_t>(in[2 + i])) * scale;
}

template <void (*Decode)(const std::uint8_t*, float*), int Bytes, int Elements>
void decode_each(const std::uint8_t* in, std::int64_t blocks, float* out) {
  for (std::int64_t block = 0; block < blocks; ++block) Decode(in + block * Bytes, out + block * Elements);
}

}  // namespace

void decode_blocks(DType type, const std::byte* bytes, std::int64_t blocks, float* out) {
  const auto* in = reinterpret_cast<const std::uint8_t*>(bytes);
  switch (type) {
    case DType::f32:
      std::memcpy(out, in, static_cast<size_t>(blocks) * sizeof(float));
      return;
    case DType::f16:
      return decode_plain<std::uint16_t>(in, blocks, out, half_to_float);
    case DType::bf16:
      return decode_plain<std::uint16_t>(in, blocks, out, bfloat_to_float);
    case DType::f64:
      return decode_plain<double>(in, blocks, out, [](double x) { return static_cast<float>(x); });
    case DType::q4_0:
      return decode_each<decode_q4_0, 18, 32>(in, blocks, out);
    case DType::q4_1:
      return decode_each<decode_q4_1, 20, 32>(in, blocks, out);
    case DType::q5_0:
      return decode_each<decode_q5_0, 22, 32>(in, blocks, out);
    case DType::q5_1:
      return decode_each<decode_q5_1, 24, 32>(in, blocks, out);
    case DType::q8_0:
      return decode_each<decode_q8_0, 34, 32>(in, blocks, out);
    case DType::q4_k:
      return decode_each<decode_q4_k, 144, 256>(in, blocks, out);
    case DType::q5_k:
      return decode_each<decode_q5_k, 176, 256>(in, blocks, out);
    case DType::q6_k:
      return decode_each<decode_q6_k, 210, 256>(in, blocks, out);
    default:
      fail("weights of type {} were found, floating point or quantised ones were expected", dtype_name(type));
  }
}

}  // namespace counterpoint::weights
