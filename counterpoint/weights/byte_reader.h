// A cursor over the bytes of a binary file that cannot leave them.
#pragma once
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "counterpoint/core/error.h"

namespace counterpoint::weights {

class ByteReader {
 public:
  ByteReader(std::span<const std::byte> bytes, std::string where) : bytes_(bytes), where_(std::move(where)) {}

  /// A number, little endian. Error: the file ends before it; `what` says what was being read.
  template <class Number>
  Number number(std::string_view what) {
    Number value;
    std::memcpy(&value, take(sizeof(Number), what).data(), sizeof(Number));
    return value;
  }

  /// A length of 64 bits and that many characters.
  std::string_view text(std::string_view what) {
    const std::span<const std::byte> characters = take(number<std::uint64_t>(what), what);
    return {reinterpret_cast<const char*>(characters.data()), characters.size()};
  }

  std::span<const std::byte> take(std::uint64_t count, std::string_view what) {
    if (count > left())
      fail("{}: truncated or damaged at byte {}: {} should have {} bytes, but {} are left", where_, position_, what,
           count, left());
    const auto part = bytes_.subspan(position_, static_cast<size_t>(count));
    position_ += part.size();
    return part;
  }

  std::uint64_t left() const { return bytes_.size() - position_; }
  std::uint64_t position() const { return position_; }
  const std::string& where() const { return where_; }

 private:
  std::span<const std::byte> bytes_;
  size_t position_ = 0;
  std::string where_;
};

}  // namespace counterpoint::weights
