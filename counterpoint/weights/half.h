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

}  // namespace counterpoint::weights
