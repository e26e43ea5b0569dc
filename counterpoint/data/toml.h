// TOML files, through toml++.
#pragma once
#include <filesystem>

#include "counterpoint/data/jsonl.h"

namespace counterpoint::data {

/// TOML as JSON, keys in the file's order. Error: no such file; not TOML, with the line; a date or time.
Json read_toml(const std::filesystem::path& file);

}  // namespace counterpoint::data
