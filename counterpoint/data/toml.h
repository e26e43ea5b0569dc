// TOML files, through CLI11's reader, which is there for command lines anyway.
#pragma once
#include <filesystem>

#include "counterpoint/data/jsonl.h"

namespace counterpoint::data {

/// TOML as JSON: tables as objects; numbers, truth values and lists by their form. Error: no such file, not TOML.
Json read_toml(const std::filesystem::path& file);

}  // namespace counterpoint::data
