// Attention to the latest tokens alone, as Mistral and some layers of Qwen2 have it.
#pragma once
#include <cstdint>

#include "counterpoint/weights/model_config.h"

namespace counterpoint::nn {

/// How far back a token of this layer sees, itself included; 0 = everything.
inline std::int64_t window_of(const weights::ModelConfig& config, std::int64_t layer) {
  const bool slides = config.sliding_layers.empty() || config.sliding_layers[static_cast<size_t>(layer)];
  return config.sliding_window && slides ? *config.sliding_window : 0;
}

}  // namespace counterpoint::nn
