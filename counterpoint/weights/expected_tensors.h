// The tensors of a decoder against those of a file.
#pragma once
#include "counterpoint/weights/model_config.h"
#include "counterpoint/weights/tensor_source.h"

namespace counterpoint::weights {

/// Error: a tensor that is missing, that nobody expects, whose shape is another or whose type is no number of ours; by
/// name. Rope frequencies that old converters kept, and a copy of tied embeddings, do not matter.
void check_tensors(const TensorSource& source, const ModelConfig& config);

}  // namespace counterpoint::weights
