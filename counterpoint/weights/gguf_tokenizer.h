// The tokenizer that a GGUF file carries in its metadata.
#pragma once
#include "counterpoint/text/gguf_vocabulary.h"
#include "counterpoint/weights/gguf_metadata.h"

namespace counterpoint::weights {

/// The keys tokenizer.ggml.*; text::parts_from_gguf tells what is missing. Error: a value of another kind than
/// expected.
text::GgufVocabulary read_gguf_vocabulary(const GgufMetadata& metadata);

}  // namespace counterpoint::weights
