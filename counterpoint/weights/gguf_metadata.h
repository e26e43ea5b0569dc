// The key-value pairs of a GGUF file.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "counterpoint/weights/byte_reader.h"

namespace counterpoint::weights {

/// As numbered in the file.
enum class GgufType : std::uint32_t { u8, i8, u16, i16, u32, i32, f32, boolean, text, list, u64, i64, f64 };

/// A value where it lies in the file: a scalar's bytes, a text's characters, or a list's elements one after another.
struct GgufValue {
  GgufType type = GgufType::u8;
  GgufType element = GgufType::u8;  ///< of a list
  std::uint64_t count = 0;          ///< of a list
  std::span<const std::byte> bytes;
};

/// Reads a value of that type. Error: the file ends within it; an unknown type; a list of lists (no file has them).
GgufValue read_gguf_value(ByteReader& reader, GgufType type, const std::string& key);

class GgufMetadata {
 public:
  explicit GgufMetadata(std::string where) : where_(std::move(where)) {}

  /// Error: the key is there already.
  void add(std::string key, GgufValue value);

  bool has(std::string_view key) const { return values_.contains(key); }
  const std::string& where() const { return where_; }

  // Each of these: nothing if the key is absent. Error: a value of another kind, by key.
  std::optional<std::int64_t> integer(std::string_view key) const;
  std::optional<double> number(std::string_view key) const;
  std::optional<bool> flag(std::string_view key) const;
  std::optional<std::string> text(std::string_view key) const;
  std::vector<std::string_view> texts(std::string_view key) const;
  std::vector<std::int64_t> integers(std::string_view key) const;
  std::vector<float> floats(std::string_view key) const;
  /// An integer, or a list of integers that are all the same (head counts by layer).
  std::optional<std::int64_t> integer_or_uniform_list(std::string_view key) const;

 private:
  const GgufValue* find(std::string_view key) const;
  const GgufValue* find_list(std::string_view key, std::string_view of) const;
  [[noreturn]] void wrong_kind(std::string_view key, std::string_view expected) const;

  std::string where_;
  std::map<std::string, GgufValue, std::less<>> values_;
};

}  // namespace counterpoint::weights
