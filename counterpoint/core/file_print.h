// Whether a file or folder is still the one that it was, without reading all of one that is large.
#pragma once
#include <cstdint>
#include <filesystem>

namespace counterpoint {

/// Of a file's size and bytes, or of the names and prints of a folder's files. Of a file above 64 MiB, which holds
/// weights, 64 blocks of 4 KiB spread over it stand for all: another run of training changes weights everywhere.
/// Error: it is not there, or cannot be read.
std::uint64_t file_print(const std::filesystem::path& path);

}  // namespace counterpoint
