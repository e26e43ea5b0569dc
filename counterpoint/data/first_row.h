// What kind of rows a JSON Lines file holds is told by its first.
#pragma once
#include <filesystem>
#include <optional>

#include "counterpoint/data/jsonl.h"

namespace counterpoint::data {

/// The first line that is JSON; nullopt: none is. Error: the file cannot be read.
std::optional<Json> first_row(const std::filesystem::path& path);

}  // namespace counterpoint::data
