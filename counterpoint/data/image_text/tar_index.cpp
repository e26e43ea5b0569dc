#include "counterpoint/data/image_text/tar_index.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string_view>

#include "counterpoint/core/error.h"

namespace counterpoint::image_text {
namespace {

constexpr std::size_t block = 512;

std::string_view field(std::string_view header, std::size_t at, std::size_t size) {
  const std::string_view text = header.substr(at, size);
  return text.substr(0, std::min(text.find('\0'), size));
}

/// Octal digits, or a large number in base 256 that begins with the byte 0x80.
std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  if (!text.empty() && (static_cast<unsigned char>(text[0]) & 0x80) != 0) {
    for (const char byte : text.substr(1)) value = value << 8 | static_cast<unsigned char>(byte);
    return value;
  }
  for (const char c : text) {
    if (c >= '0' && c <= '7')
      value = value * 8 + static_cast<std::uint64_t>(c - '0');
    else if (c == '\0')
      break;
  }
  return value;
}

bool right_checksum(std::string_view header) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < block; ++i) sum += i >= 148 && i < 156 ? ' ' : static_cast<unsigned char>(header[i]);
  return sum == number(header.substr(148, 8));
}

std::string plain_name(std::string_view header) {
  const std::string_view name = field(header, 0, 100);
  const std::string_view prefix = header.substr(257, 5) == "ustar" ? field(header, 345, 155) : std::string_view();
  return prefix.empty() ? std::string(name) : std::string(prefix) + "/" + std::string(name);
}

/// A PAX record "LENGTH key=value\n"; "" where the key is not among them.
std::string pax_value(std::string_view records, std::string_view key) {
  while (!records.empty()) {
    std::size_t length = 0;
    const auto end = std::from_chars(records.data(), records.data() + records.size(), length).ptr;
    const auto digits = static_cast<std::size_t>(end - records.data());
    if (length <= digits + 1 || length > records.size()) return "";
    const std::string_view record = records.substr(digits + 1, length - digits - 2);
    if (record.substr(0, key.size()) == key && record.substr(key.size(), 1) == "=")
      return std::string(record.substr(key.size() + 1));
    records.remove_prefix(length);
  }
  return "";
}

/// What a header before the next one says about it.
struct Extra {
  std::string name, size;
};

void read_extra(char type, std::string_view data, Extra& extra) {
  if (type == 'L') extra.name = std::string(data.substr(0, data.find('\0')));
  if (type != 'x') return;
  if (std::string path = pax_value(data, "path"); !path.empty()) extra.name = std::move(path);
  extra.size = pax_value(data, "size");
}

}  // namespace

TarIndex index_tar(std::span<const std::byte> file, const std::string& where) {
  const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  TarIndex index;
  Extra extra;
  for (std::size_t at = 0; at + block <= text.size();) {
    const std::string_view header = text.substr(at, block);
    if (header.find_first_not_of('\0') == std::string_view::npos) return index;
    if (!right_checksum(header)) {
      if (index.members.empty()) fail("{}: no tar header at byte {}", where, at);
      break;  // what came before is whole
    }
    std::uint64_t size = number(header.substr(124, 12));
    const char type = header[156];
    const bool regular = type == '0' || type == '\0';
    if (regular && !extra.size.empty()) size = std::strtoull(extra.size.c_str(), nullptr, 10);
    at += block;
    if (size > text.size() - at) break;
    if (regular) {
      const std::string name = extra.name.empty() ? plain_name(header) : extra.name;
      index.members.push_back({name, file.subspan(at, static_cast<std::size_t>(size))});
    } else {
      read_extra(type, text.substr(at, static_cast<std::size_t>(size)), extra);
    }
    if (type != 'L' && type != 'x') extra = {};
    at += (static_cast<std::size_t>(size) + block - 1) / block * block;
  }
  index.truncated = true;
  return index;
}

}  // namespace counterpoint::image_text
