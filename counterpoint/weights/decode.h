// Bytes of a tensor to float32, for each type that can hold weights.
//
// Goal: loops so plain that any compiler vectorises them, with results equal to ggml's reference to the last bit.
// Block-quantised types lay blocks along a row; the layouts are described beside each decoder.
#pragma once
#include <cstddef>
#include <cstdint>

#include "counterpoint/weights/tensor_source.h"

namespace counterpoint::weights {

/// Writes `blocks` blocks (single elements for plain types) from `in` as float32. `in` needs no alignment.
/// Error: an integer or boolean type.
void decode_blocks(DType type, const std::byte* in, std::int64_t blocks, float* out);

}  // namespace counterpoint::weights
