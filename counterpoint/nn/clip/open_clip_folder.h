// CLIP models as open_clip keeps them: open_clip_config.json and open_clip_model.safetensors in a folder.
#pragma once
#include <filesystem>

#include "counterpoint/nn/clip/clip_model.h"

namespace counterpoint::nn {

/// In eval mode. Any float type in the file becomes float32; names of CustomTextCLIP ("text.ln_final.weight") are
/// taken too. Error: a tensor that is missing, unexpected or of another shape, by name; a folder with a pickle only; as
/// parse_clip_config.
ClipModel read_open_clip(const std::filesystem::path& folder);

/// Reads the tensors into a model of the same shape, its mode unchanged. Error: as above.
void load_open_clip_weights(const std::filesystem::path& file, ClipModel& model);

/// Writes both files (the weights as float32), each whole or not at all; open_clip opens the folder with
/// create_model("local-dir:FOLDER").
void write_open_clip(const std::filesystem::path& folder, const ClipModel& model);

}  // namespace counterpoint::nn
