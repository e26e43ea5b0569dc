#include "counterpoint/weights/decode_k.h"

#include "counterpoint/weights/half.h"

namespace counterpoint::weights {
namespace {

/// Scale and minimum of one of the eight parts of 32 elements.
struct Part {
  float scale, minimum;
};

/// Q4_K and Q5_K begin alike: two halfs that scale the parts' scales and minima, then 12 bytes with eight 6-bit scales
/// and eight 6-bit minima. Bytes 0 to 3 and 4 to 7 hold those of parts 0 to 3 in their low six bits; the upper two bits
/// belong to parts 4 to 7, whose lower four bits are in bytes 8 to 11 (scale in the low half, minimum in the high one).
Part read_part(const std::uint8_t* block, int part) {
  const float scale_of_scales = read_half(block), scale_of_minima = read_half(block + 2);
  const std::uint8_t* packed = block + 4;
  int scale, minimum;
  if (part < 4) {
    scale = packed[part] & 63;
    minimum = packed[part + 4] & 63;
  } else {
    scale = (packed[part + 4] & 0x0F) | (packed[part - 4] >> 6) << 4;
    minimum = packed[part + 4] >> 4 | (packed[part] >> 6) << 4;
  }
  return {scale_of_scales * static_cast<float>(scale), scale_of_minima * static_cast<float>(minimum)};
}

}  // namespace

/// After the head 128 bytes: each run of 32 bytes holds part 2n in the low halves and part 2n + 1 in the high halves.
void decode_q4_k(const std::uint8_t* in, float* out) {
  const std::uint8_t* packed = in + 16;
  for (int pair = 0; pair < 4; ++pair, packed += 32, out += 64) {
    const Part low = read_part(in, 2 * pair), high = read_part(in, 2 * pair + 1);
    for (int i = 0; i < 32; ++i) out[i] = low.scale * static_cast<float>(packed[i] & 0x0F) - low.minimum;
    for (int i = 0; i < 32; ++i) out[i + 32] = high.scale * static_cast<float>(packed[i] >> 4) - high.minimum;
  }
}

/// As Q4_K, with 32 bytes of fifth bits before the 4-bit numbers: bit n of byte i belongs to element i of part n.
void decode_q5_k(const std::uint8_t* in, float* out) {
  const std::uint8_t *fifth = in + 16, *packed = in + 48;
  for (int pair = 0; pair < 4; ++pair, packed += 32, out += 64) {
    const Part low = read_part(in, 2 * pair), high = read_part(in, 2 * pair + 1);
    const int shift = 2 * pair;
    for (int i = 0; i < 32; ++i) {
      const int q = (packed[i] & 0x0F) | (fifth[i] >> shift & 1) << 4;
      out[i] = low.scale * static_cast<float>(q) - low.minimum;
    }
    for (int i = 0; i < 32; ++i) {
      const int q = packed[i] >> 4 | (fifth[i] >> (shift + 1) & 1) << 4;
      out[i + 32] = high.scale * static_cast<float>(q) - high.minimum;
    }
  }
}

/// 128 bytes of lower four bits, 64 of upper two bits, 16 signed scales, one half. Each half of the block has four runs
/// of 32 elements: their lower bits are the low halves of 64 bytes, then the high halves of the same bytes; their upper
/// bits are two bits each of the same 32 bytes. A scale covers 16 elements. value = half * scale * (q - 32).
void decode_q6_k(const std::uint8_t* in, float* out) {
  const float scale_of_scales = read_half(in + 208);
  for (int run = 0; run < 8; ++run, out += 32) {
    const int half = run / 4, quarter = run % 4;
    const std::uint8_t* lower = in + 64 * half + 32 * (quarter % 2);
    const std::uint8_t* upper = in + 128 + 32 * half;
    const std::uint8_t* scales = in + 192 + 2 * run;
    const int lower_shift = quarter < 2 ? 0 : 4;
    for (int part = 0; part < 2; ++part) {
      const float scale = scale_of_scales * static_cast<float>(static_cast<std::int8_t>(scales[part]));
      for (int i = 16 * part; i < 16 * part + 16; ++i) {
        const int q = (lower[i] >> lower_shift & 0x0F) | (upper[i] >> (2 * quarter) & 3) << 4;
        out[i] = scale * static_cast<float>(q - 32);
      }
    }
  }
}

}  // namespace counterpoint::weights
