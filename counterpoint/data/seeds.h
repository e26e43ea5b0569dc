// The seeds of a study, of either program.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace counterpoint::data {

/// Error: none, or one twice, which would count one run as two; `file` begins its message.
void check_seeds(const std::vector<std::uint64_t>& seeds, const std::string& file);

}  // namespace counterpoint::data
