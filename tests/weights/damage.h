// Builds small safetensors and GGUF files byte by byte, so that a test can damage them where it wants.
#pragma once
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace counterpoint::test {

template <class Number>
std::string raw(Number value) {
  std::string bytes(sizeof value, '\0');
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

/// A safetensors file with that header and that many bytes of data.
inline std::string safetensors_bytes(const std::string& header, size_t data) {
  return raw(std::uint64_t{header.size()}) + header + std::string(data, '\1');
}

inline std::string gguf_text(std::string_view text) { return raw(std::uint64_t{text.size()}).append(text); }

/// The head of a GGUF file.
inline std::string gguf_head(std::uint64_t tensors, std::uint64_t keys, std::uint32_t version = 3) {
  return "GGUF" + raw(version) + raw(tensors) + raw(keys);
}

inline std::string gguf_key(std::string_view key, std::uint32_t value) {
  return gguf_text(key) + raw(std::uint32_t{4}) + raw(value);
}

inline std::string gguf_key(std::string_view key, std::string_view value) {
  return gguf_text(key) + raw(std::uint32_t{8}) + gguf_text(value);
}

/// A row of the tensor table; dimensions as the file has them, the last one first.
inline std::string gguf_tensor(std::string_view name, std::initializer_list<std::uint64_t> dimensions,
                               std::uint32_t type, std::uint64_t offset) {
  std::string bytes = gguf_text(name) + raw(static_cast<std::uint32_t>(dimensions.size()));
  for (const std::uint64_t size : dimensions) bytes += raw(size);
  return bytes + raw(type) + raw(offset);
}

/// The table filled up to a multiple of 32, then `data` bytes.
inline std::string gguf_with_data(std::string head, size_t data) {
  head.resize((head.size() + 31) / 32 * 32, '\0');
  return head + std::string(data, '\1');
}

inline std::span<const std::byte> as_bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

}  // namespace counterpoint::test
