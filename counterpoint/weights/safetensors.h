// Reading safetensors: a JSON header that names tensors, then their bytes.
#pragma once
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "counterpoint/weights/tensor_source.h"

namespace counterpoint::weights {

/// The tensors of a whole file in memory, in file order; the views point into `file`. Error: a damaged file (each kind
/// of damage with its message), an element type that we do not know; `where` names the file.
std::vector<TensorView> parse_safetensors(std::span<const std::byte> file, const std::string& where);

/// One file.
std::unique_ptr<TensorSource> open_safetensors(const std::filesystem::path& file);

/// A folder with model.safetensors or, in shards, model.safetensors.index.json. Error: neither; a shard missing; a
/// tensor that stands in two shards, or in another than the index says.
std::unique_ptr<TensorSource> open_safetensors_folder(const std::filesystem::path& folder);

}  // namespace counterpoint::weights
