// The parts of a model that each form of it (Hugging Face folder, GGUF file) gives in its own way.
#pragma once
#include <filesystem>

#include "counterpoint/weights/model_files.h"

namespace counterpoint::weights {

ModelFiles open_hf_folder(const std::filesystem::path& folder, const OpenOptions& options);
ModelFiles open_gguf_file(const std::filesystem::path& file, const OpenOptions& options);

/// Whether a Hugging Face folder holds a whole model's weights.
bool holds_weights(const std::filesystem::path& folder);

}  // namespace counterpoint::weights
