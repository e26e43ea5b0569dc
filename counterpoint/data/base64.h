// Bytes as text for data: addresses and policies.
#pragma once
#include <string>
#include <string_view>

namespace counterpoint::data {

/// RFC 4648, with padding, on one line.
std::string base64(std::string_view bytes);

}  // namespace counterpoint::data
