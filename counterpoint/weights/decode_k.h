// Decoders of the K types: blocks of 256 elements whose parts have scales of their own.
#pragma once
#include <cstdint>

namespace counterpoint::weights {

void decode_q4_k(const std::uint8_t* in, float* out);  ///< 144 bytes to 256 floats
void decode_q5_k(const std::uint8_t* in, float* out);  ///< 176 bytes to 256 floats
void decode_q6_k(const std::uint8_t* in, float* out);  ///< 210 bytes to 256 floats

}  // namespace counterpoint::weights
