// The frequencies of a model's rotary position embedding.
#pragma once
#include <optional>
#include <vector>

#include "counterpoint/weights/model_config.h"

namespace counterpoint::weights {

/// [head_dim / 2] radians per position, scaled as Llama 3.1 does where the model says so.
std::vector<float> rope_frequencies(const ModelConfig& config);

/// The scaling that GGUF's factors were made of, with Llama 3.1's low_freq_factor 1 and high_freq_factor 4. Nothing
/// where no such scaling gives these factors.
std::optional<Llama3RopeScaling> scaling_of_factors(const ModelConfig& config);

}  // namespace counterpoint::weights
