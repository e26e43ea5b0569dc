// What the fuzz targets do with a file's bytes. The replay of the corpus in weights_test does the same.
#pragma once
#include <algorithm>
#include <vector>

#include "counterpoint/core/error.h"
#include "counterpoint/text/tokenizer.h"
#include "counterpoint/weights/config_reader.h"
#include "counterpoint/weights/gguf.h"
#include "counterpoint/weights/gguf_tokenizer.h"
#include "counterpoint/weights/safetensors.h"

namespace counterpoint::test {

/// Touches the first and the last row of each tensor.
inline void read_ends(const std::vector<weights::TensorView>& tensors) {
  using enum weights::DType;
  for (const weights::TensorView& tensor : tensors) {
    if (tensor.elements() == 0 || (tensor.dtype >= i8 && tensor.dtype <= boolean)) continue;
    std::vector<float> row(static_cast<size_t>(tensor.row_length()));
    weights::read_rows(tensor, 0, 1, row.data());
    weights::read_rows(tensor, tensor.rows() - 1, 1, row.data());
  }
}

/// True: the bytes are a sound file. Anything that escapes but Error is a bug.
inline bool try_safetensors(std::span<const std::byte> bytes) {
  try {
    read_ends(weights::parse_safetensors(bytes, "input"));
    return true;
  } catch (const Error&) {
    return false;
  }
}

template <class Action>
void ignoring_errors(Action&& action) {
  try {
    action();
  } catch (const Error&) {  // the container is sound, what it says is no model
  }
}

inline bool try_gguf(std::span<const std::byte> bytes) {
  try {
    const weights::GgufContents contents = weights::parse_gguf(bytes, "input");
    read_ends(contents.tensors);
    ignoring_errors([&] { weights::read_gguf_config(contents); });
    ignoring_errors(
        [&] { text::make_tokenizer(text::parts_from_gguf(weights::read_gguf_vocabulary(contents.metadata))); });
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace counterpoint::test
