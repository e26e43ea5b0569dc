#include "counterpoint/weights/gguf.h"

#include <algorithm>
#include <array>
#include <bit>
#include <optional>
#include <unordered_set>

#include "counterpoint/core/error.h"
#include "counterpoint/weights/tensor_layout.h"

namespace counterpoint::weights {
namespace {

struct TensorType {
  std::uint32_t id;
  std::string_view name;
  std::optional<DType> dtype;  // empty: known by name only
};

constexpr std::array tensor_types = std::to_array<TensorType>({
    {0, "F32", DType::f32},    {1, "F16", DType::f16},   {2, "Q4_0", DType::q4_0},  {3, "Q4_1", DType::q4_1},
    {6, "Q5_0", DType::q5_0},  {7, "Q5_1", DType::q5_1}, {8, "Q8_0", DType::q8_0},  {9, "Q8_1", {}},
    {10, "Q2_K", {}},          {11, "Q3_K", {}},         {12, "Q4_K", DType::q4_k}, {13, "Q5_K", DType::q5_k},
    {14, "Q6_K", DType::q6_k}, {15, "Q8_K", {}},         {16, "IQ2_XXS", {}},       {17, "IQ2_XS", {}},
    {18, "IQ3_XXS", {}},       {19, "IQ1_S", {}},        {20, "IQ4_NL", {}},        {21, "IQ3_S", {}},
    {22, "IQ2_S", {}},         {23, "IQ4_XS", {}},       {24, "I8", DType::i8},     {25, "I16", DType::i16},
    {26, "I32", DType::i32},   {27, "I64", DType::i64},  {28, "F64", DType::f64},   {29, "IQ1_M", {}},
    {30, "BF16", DType::bf16}, {34, "TQ1_0", {}},        {35, "TQ2_0", {}},         {39, "MXFP4", {}},
    {40, "NVFP4", {}},         {41, "Q1_0", {}},
});

DType dtype_of(std::uint32_t id, const std::string& what) {
  const auto* type = std::ranges::find(tensor_types, id, &TensorType::id);
  if (type == tensor_types.end()) fail("{} has unknown type {}", what, id);
  if (!type->dtype)
    fail("{} is of type {}; F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K and Q6_K can be read", what,
         type->name);
  return *type->dtype;
}

struct Counts {
  std::uint64_t tensors = 0, keys = 0;
};

Counts read_head(ByteReader& reader, std::span<const std::byte> file) {
  if (!looks_like_gguf(file)) fail("{} is no GGUF file: it does not begin with 'GGUF'", reader.where());
  reader.take(4, "the magic");
  const auto version = reader.number<std::uint32_t>("the version");
  if (version != 0 && (version & 0xFFFF) == 0) fail("{} is big endian; little endian was expected", reader.where());
  if (version != 2 && version != 3) fail("{} is GGUF version {}; 2 or 3 was expected", reader.where(), version);
  Counts counts{reader.number<std::uint64_t>("the number of tensors"),
                reader.number<std::uint64_t>("the number of keys")};
  constexpr std::uint64_t least_bytes_of_tensor = 8 + 4 + 4 + 8, least_bytes_of_key = 8 + 4 + 1;
  if (counts.tensors > reader.left() / least_bytes_of_tensor || counts.keys > reader.left() / least_bytes_of_key)
    fail("{}: {} tensors and {} keys cannot be in {} bytes; the file is truncated or damaged", reader.where(),
         counts.tensors, counts.keys, file.size());
  return counts;
}

GgufMetadata read_metadata(ByteReader& reader, std::uint64_t keys) {
  GgufMetadata metadata(reader.where());
  for (std::uint64_t i = 0; i < keys; ++i) {
    std::string key(reader.text("a key"));
    check_name(key, reader.where());
    const auto type = static_cast<GgufType>(reader.number<std::uint32_t>(key));
    const GgufValue value = read_gguf_value(reader, type, key);
    metadata.add(std::move(key), value);
  }
  return metadata;
}

/// A tensor of the file's table, whose bytes are not cut out yet.
struct TableRow {
  TensorView view;
  std::uint64_t offset = 0, size = 0;
};

TableRow read_row(ByteReader& reader, std::uint64_t alignment) {
  TableRow row;
  row.view.name = reader.text("a tensor's name");
  check_name(row.view.name, reader.where());
  const std::string what = fmt::format("{}: tensor '{}'", reader.where(), row.view.name);
  const auto dimensions = reader.number<std::uint32_t>(what);
  if (dimensions < 1 || dimensions > 4) fail("{} has {} dimensions; 1 to 4 were expected", what, dimensions);
  for (std::uint32_t i = 0; i < dimensions; ++i) {
    const auto size = reader.number<std::uint64_t>(what);
    if (size == 0 || size > (std::uint64_t{1} << 60)) fail("{} has a dimension of {}", what, size);
    row.view.shape.insert(row.view.shape.begin(), static_cast<std::int64_t>(size));  // the file begins with the last
  }
  row.view.dtype = dtype_of(reader.number<std::uint32_t>(what), what);
  row.size = bytes_of(row.view.dtype, row.view.shape, what);
  row.offset = reader.number<std::uint64_t>(what);
  if (row.offset % alignment != 0) fail("{} begins at byte {}, no multiple of {}", what, row.offset, alignment);
  return row;
}

std::uint64_t alignment_of(const GgufMetadata& metadata) {
  const std::int64_t alignment = metadata.integer("general.alignment").value_or(32);
  if (alignment < 1 || alignment > (1 << 20) || !std::has_single_bit(static_cast<std::uint64_t>(alignment)))
    fail("{}: general.alignment is {}; a power of two was expected", metadata.where(), alignment);
  return static_cast<std::uint64_t>(alignment);
}

std::vector<TableRow> read_table(ByteReader& reader, std::uint64_t count, std::uint64_t alignment) {
  std::vector<TableRow> rows;
  std::unordered_set<std::string> seen;
  for (std::uint64_t i = 0; i < count; ++i) {
    rows.push_back(read_row(reader, alignment));
    const std::string& name = rows.back().view.name;
    if (!seen.insert(name).second) fail("{}: tensor '{}' is there twice", reader.where(), name);
  }
  return rows;
}

/// Gives each row its bytes.
void cut_out(std::vector<TableRow>& rows, std::span<const std::byte> data, const std::string& where) {
  std::vector<Extent> extents;
  for (TableRow& row : rows) {
    if (row.offset > data.size() || row.size > data.size() - row.offset)
      fail("{}: tensor '{}' takes {} bytes from byte {}, but the file has {} bytes of data; it is truncated", where,
           row.view.name, row.size, row.offset, data.size());
    row.view.bytes = data.subspan(row.offset, row.size);
    extents.push_back({row.view.name, row.offset, row.offset + row.size});
  }
  check_extents(std::move(extents), data.size(), false, where);
}

}  // namespace

bool looks_like_gguf(std::span<const std::byte> file) {
  return file.size() >= 4 && std::memcmp(file.data(), "GGUF", 4) == 0;
}

GgufContents parse_gguf(std::span<const std::byte> file, const std::string& where) {
  ByteReader reader(file, where);
  const Counts counts = read_head(reader, file);
  GgufContents contents{read_metadata(reader, counts.keys), {}};
  const std::uint64_t alignment = alignment_of(contents.metadata);
  std::vector<TableRow> rows = read_table(reader, counts.tensors, alignment);
  const std::uint64_t begin = (reader.position() + alignment - 1) / alignment * alignment;
  cut_out(rows, file.subspan(std::min<std::uint64_t>(begin, file.size())), where);
  for (TableRow& row : rows) contents.tensors.push_back(std::move(row.view));
  return contents;
}

}  // namespace counterpoint::weights
