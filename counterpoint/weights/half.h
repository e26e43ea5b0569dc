// 16-bit floating point numbers as float32, without branches so that loops over them vectorise.
#pragma once
#include <bit>
#include <cstdint>
#include <cstring>

namespace counterpoint::weights {

inline float half_to_float(std::uint16_t half) {
  const std::uint32_t magnitude = half & 0x7FFFu;
  // Shifted into place, the number is 2^112 too small; multiplying also normalises subnormal ones.
  const float scaled = std::bit_cast<float>(magnitude << 13) * 0x1p112f;
  const std::uint32_t infinite = magnitude >= 0x7C00u ? 0x7F800000u : 0u;
  const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000u) << 16;
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(scaled) | infinite | sign);
}

/// Of two bytes that need no alignment.
inline float read_half(const std::uint8_t* in) {
  std::uint16_t half;
  std::memcpy(&half, in, sizeof half);
  return half_to_float(half);
}

inline float bfloat_to_float(std::uint16_t bfloat) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bfloat) << 16);
}

/// To the nearest, ties to even; what is too large becomes infinite.
inline std::uint16_t float_to_half(float value) {
  std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = bits >> 16 & 0x8000u;
  bits &= 0x7FFFFFFFu;
  std::uint32_t magnitude;
  if (bits >= 0x47800000u) {  // 2^16 and more, infinity, NaN
    magnitude = bits > 0x7F800000u ? 0x7E00u : 0x7C00u;
  } else if (bits < 0x38800000u) {  // below 2^-14: adding 1/2 rounds to the step of subnormal halves
    magnitude = std::bit_cast<std::uint32_t>(std::bit_cast<float>(bits) + 0.5f) - 0x3F000000u;
  } else {
    magnitude = (bits - 0x38000000u + 0xFFFu + (bits >> 13 & 1u)) >> 13;
  }
  return static_cast<std::uint16_t>(sign | magnitude);
}

/// To the nearest, ties to even.
inline std::uint16_t float_to_bfloat(float value) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  if ((bits & 0x7FFFFFFFu) > 0x7F800000u) return static_cast<std::uint16_t>(bits >> 16 | 0x40u);  // NaN stays one
  return static_cast<std::uint16_t>((bits + 0x7FFFu + (bits >> 16 & 1u)) >> 16);
}

}  // namespace counterpoint::weights
