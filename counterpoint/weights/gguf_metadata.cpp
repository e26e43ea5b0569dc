#include "counterpoint/weights/gguf_metadata.h"

#include <algorithm>
#include <limits>

namespace counterpoint::weights {
namespace {

/// Bytes of a scalar; 0 for texts, lists and what is no type.
size_t scalar_size(GgufType type) {
  using enum GgufType;
  switch (type) {
    case u8:
    case i8:
    case boolean:
      return 1;
    case u16:
    case i16:
      return 2;
    case u32:
    case i32:
    case f32:
      return 4;
    case u64:
    case i64:
    case f64:
      return 8;
    default:
      return 0;
  }
}

template <class Number>
Number load(const std::byte* bytes) {
  Number value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

/// Nothing: not of an integer type, or past 2^63.
std::optional<std::int64_t> load_integer(GgufType type, const std::byte* bytes) {
  using enum GgufType;
  switch (type) {
    case u8:
      return load<std::uint8_t>(bytes);
    case i8:
      return load<std::int8_t>(bytes);
    case u16:
      return load<std::uint16_t>(bytes);
    case i16:
      return load<std::int16_t>(bytes);
    case u32:
      return load<std::uint32_t>(bytes);
    case i32:
      return load<std::int32_t>(bytes);
    case i64:
      return load<std::int64_t>(bytes);
    case u64: {
      const auto value = load<std::uint64_t>(bytes);
      if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
      return static_cast<std::int64_t>(value);
    }
    default:
      return std::nullopt;
  }
}

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

GgufValue read_list(ByteReader& reader, const std::string& key) {
  GgufValue list{
      GgufType::list, static_cast<GgufType>(reader.number<std::uint32_t>(key)), reader.number<std::uint64_t>(key), {}};
  if (list.element == GgufType::text) {
    ByteReader walk = reader;
    for (std::uint64_t i = 0; i < list.count; ++i) walk.text(key);
    list.bytes = reader.take(walk.position() - reader.position(), key);
    return list;
  }
  const size_t size = scalar_size(list.element);
  if (size == 0)
    fail("{}: key '{}' is a list of elements of type {}; numbers, truth values or texts were expected", reader.where(),
         key, static_cast<std::uint32_t>(list.element));
  if (list.count > reader.left() / size)
    fail("{}: truncated or damaged: key '{}' should be a list of {} elements, but {} bytes are left", reader.where(),
         key, list.count, reader.left());
  list.bytes = reader.take(list.count * size, key);
  return list;
}

}  // namespace

GgufValue read_gguf_value(ByteReader& reader, GgufType type, const std::string& key) {
  if (type == GgufType::list) return read_list(reader, key);
  GgufValue value{type, type, 0, {}};
  if (type == GgufType::text) {
    const std::string_view text = reader.text(key);
    value.bytes = std::as_bytes(std::span(text.data(), text.size()));
    return value;
  }
  const size_t size = scalar_size(type);
  if (size == 0) fail("{}: key '{}' has unknown type {}", reader.where(), key, static_cast<std::uint32_t>(type));
  value.bytes = reader.take(size, key);
  return value;
}

void GgufMetadata::add(std::string key, GgufValue value) {
  const auto [place, added] = values_.emplace(std::move(key), value);
  if (!added) fail("{}: key '{}' is there twice", where_, place->first);
}

const GgufValue* GgufMetadata::find(std::string_view key) const {
  const auto found = values_.find(key);
  return found == values_.end() ? nullptr : &found->second;
}

const GgufValue* GgufMetadata::find_list(std::string_view key, std::string_view of) const {
  const GgufValue* value = find(key);
  if (value && value->type != GgufType::list) wrong_kind(key, of);
  return value;
}

void GgufMetadata::wrong_kind(std::string_view key, std::string_view expected) const {
  fail("{}: key '{}': {} was expected", where_, key, expected);
}

std::optional<std::int64_t> GgufMetadata::integer(std::string_view key) const {
  const GgufValue* value = find(key);
  if (!value) return std::nullopt;
  const auto integer = load_integer(value->type, value->bytes.data());
  if (!integer) wrong_kind(key, "a whole number");
  return integer;
}

std::optional<double> GgufMetadata::number(std::string_view key) const {
  const GgufValue* value = find(key);
  if (!value) return std::nullopt;
  if (value->type == GgufType::f32) return load<float>(value->bytes.data());
  if (value->type == GgufType::f64) return load<double>(value->bytes.data());
  return static_cast<double>(*integer(key));
}

std::optional<bool> GgufMetadata::flag(std::string_view key) const {
  const GgufValue* value = find(key);
  if (!value) return std::nullopt;
  if (value->type != GgufType::boolean) wrong_kind(key, "true or false");
  return load<std::uint8_t>(value->bytes.data()) != 0;
}

std::optional<std::string> GgufMetadata::text(std::string_view key) const {
  const GgufValue* value = find(key);
  if (!value) return std::nullopt;
  if (value->type != GgufType::text) wrong_kind(key, "a text");
  return std::string(as_text(value->bytes));
}

std::vector<std::string_view> GgufMetadata::texts(std::string_view key) const {
  const GgufValue* value = find_list(key, "a list of texts");
  if (!value) return {};
  if (value->element != GgufType::text) wrong_kind(key, "a list of texts");
  ByteReader reader(value->bytes, where_);
  std::vector<std::string_view> all;
  for (std::uint64_t i = 0; i < value->count; ++i) all.push_back(reader.text(key));
  return all;
}

std::vector<std::int64_t> GgufMetadata::integers(std::string_view key) const {
  const GgufValue* value = find_list(key, "a list of whole numbers");
  if (!value) return {};
  std::vector<std::int64_t> all;
  for (std::uint64_t i = 0; i < value->count; ++i) {
    const auto integer = load_integer(value->element, value->bytes.data() + i * scalar_size(value->element));
    if (!integer) wrong_kind(key, "a list of whole numbers");
    all.push_back(*integer);
  }
  return all;
}

std::vector<float> GgufMetadata::floats(std::string_view key) const {
  const GgufValue* value = find_list(key, "a list of 32-bit floating point numbers");
  if (!value) return {};
  if (value->element != GgufType::f32) wrong_kind(key, "a list of 32-bit floating point numbers");
  std::vector<float> all(value->count);
  if (!all.empty()) std::memcpy(all.data(), value->bytes.data(), value->bytes.size());
  return all;
}

std::optional<std::int64_t> GgufMetadata::integer_or_uniform_list(std::string_view key) const {
  const GgufValue* value = find(key);
  if (!value || value->type != GgufType::list) return integer(key);
  const std::vector<std::int64_t> all = integers(key);
  if (all.empty() || std::ranges::any_of(all, [&](std::int64_t x) { return x != all[0]; }))
    wrong_kind(key, "one whole number for all layers");
  return all[0];
}

}  // namespace counterpoint::weights
