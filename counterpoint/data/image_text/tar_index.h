// Where a tar's files lie: one pass over its headers, then any file is read at its place.
//
// Own reading, since libraries for archives read them from front to back, and training wants samples in any order.
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace counterpoint::image_text {

struct TarMember {
  std::string name;
  std::span<const std::byte> bytes;
};

struct TarIndex {
  std::vector<TarMember> members;  ///< regular files in their order
  bool truncated = false;          ///< the file ends in the middle of a member, which is left out
};

/// ustar, GNU long names, PAX paths and sizes. Error: the first header's checksum is wrong (a later one counts as
/// truncation); `where` names the file.
TarIndex index_tar(std::span<const std::byte> file, const std::string& where);

}  // namespace counterpoint::image_text
