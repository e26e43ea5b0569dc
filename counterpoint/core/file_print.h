// Whether a large file is still the one that it was, without reading all of it.
#pragma once
#include <cstdint>
#include <filesystem>

namespace counterpoint {

/// Of a file's size and up to 64 blocks of 4 KiB spread over it (a file of up to 256 KiB is read whole), or of the
/// names and prints of a folder's files. Another run of training changes weights everywhere, so that they are told
/// apart. Error: it is not there, or cannot be read.
std::uint64_t file_print(const std::filesystem::path& path);

}  // namespace counterpoint
