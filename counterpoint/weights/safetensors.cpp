#include "counterpoint/weights/safetensors.h"

#include <cstring>
#include <map>

#include "counterpoint/core/error.h"
#include "counterpoint/data/jsonl.h"
#include "counterpoint/weights/mapped_tensors.h"
#include "counterpoint/weights/safetensors_header.h"
#include "counterpoint/weights/tensor_layout.h"

namespace counterpoint::weights {
namespace fs = std::filesystem;
namespace {

constexpr size_t length_bytes = 8;  // the header's length, little endian, opens the file

std::string_view header_of(std::span<const std::byte> file, const std::string& where) {
  if (file.size() < length_bytes) fail("{}: {} bytes are too few for a safetensors file", where, file.size());
  std::uint64_t length = 0;
  std::memcpy(&length, file.data(), length_bytes);
  const size_t rest = file.size() - length_bytes;
  if (length > rest)
    fail("{}: its header should have {} bytes, but only {} follow; the file is truncated or no safetensors file", where,
         length, rest);
  return {reinterpret_cast<const char*>(file.data()) + length_bytes, static_cast<size_t>(length)};
}

TensorView view_of(HeaderEntry entry, std::span<const std::byte> data, const std::string& where) {
  const std::string what = fmt::format("{}: tensor '{}'", where, entry.name);
  if (entry.begin > entry.end) fail("{} ends ({}) before it begins ({})", what, entry.end, entry.begin);
  if (entry.end > data.size())
    fail("{} ends at byte {}, but the file has {} bytes of data; it is truncated", what, entry.end, data.size());
  const std::uint64_t expected = bytes_of(entry.dtype, entry.shape, what);
  if (entry.end - entry.begin != expected)
    fail("{} has {} bytes; {} of shape {} takes {}", what, entry.end - entry.begin, dtype_name(entry.dtype),
         shape_text(entry.shape), expected);
  return {std::move(entry.name), entry.dtype, std::move(entry.shape),
          data.subspan(entry.begin, entry.end - entry.begin)};
}

/// Tensor name to the shard that the index names.
std::map<std::string, std::string> read_index(const fs::path& index) {
  const data::Json json = data::read_json(index);
  if (!json.is_object() || !json.contains("weight_map") || !json["weight_map"].is_object())
    fail("{}: an object 'weight_map' was expected", index.string());
  std::map<std::string, std::string> shard_of;
  for (const auto& [tensor, shard] : json["weight_map"].items()) {
    if (!shard.is_string()) fail("{}: the file of tensor '{}' is no text", index.string(), tensor);
    const auto name = shard.get<std::string>();
    if (name.empty() || fs::path(name).filename() != name)
      fail("{}: tensor '{}' is said to be in '{}'; a file of the same folder was expected", index.string(), tensor,
           name);
    shard_of[tensor] = name;
  }
  return shard_of;
}

void add_shard(MappedTensors& tensors, const fs::path& path, const std::map<std::string, std::string>& shard_of) {
  MappedFile file(path);
  std::vector<TensorView> views = parse_safetensors(file.bytes(), path.string());
  for (const TensorView& view : views) {
    if (tensors.has(view.name)) continue;  // add() tells of tensors that are there twice
    const auto found = shard_of.find(view.name);
    if (found == shard_of.end()) fail("{}: tensor '{}' is not in the index", path.string(), view.name);
    if (found->second != path.filename())
      fail("{}: tensor '{}' is here, but the index says {}", path.string(), view.name, found->second);
  }
  tensors.add(std::move(file), std::move(views));
}

std::unique_ptr<TensorSource> open_shards(const fs::path& index) {
  const auto shard_of = read_index(index);
  auto tensors = std::make_unique<MappedTensors>(index.string());
  std::map<std::string, std::string> first_tensor;  // of each shard
  for (const auto& [tensor, shard] : shard_of) first_tensor.emplace(shard, tensor);
  for (const auto& [shard, tensor] : first_tensor) {
    const fs::path path = index.parent_path() / shard;
    if (!fs::exists(path)) fail("{}: the shard {} (with tensor '{}') is missing", index.string(), shard, tensor);
    add_shard(*tensors, path, shard_of);
  }
  for (const auto& [tensor, shard] : shard_of)
    if (!tensors->has(tensor)) fail("{}: tensor '{}' should be in {}, but is not", index.string(), tensor, shard);
  return tensors;
}

}  // namespace

std::vector<TensorView> parse_safetensors(std::span<const std::byte> file, const std::string& where) {
  const std::string_view header = header_of(file, where);
  const std::span<const std::byte> data = file.subspan(length_bytes + header.size());
  std::vector<TensorView> views;
  for (HeaderEntry& entry : parse_safetensors_header(header, where))
    views.push_back(view_of(std::move(entry), data, where));
  std::vector<Extent> extents;
  for (const TensorView& view : views) {
    const auto begin = static_cast<std::uint64_t>(view.bytes.data() - data.data());
    extents.push_back({view.name, begin, begin + view.bytes.size()});
  }
  check_extents(std::move(extents), data.size(), true, where);
  return views;
}

std::unique_ptr<TensorSource> open_safetensors(const fs::path& path) {
  MappedFile file(path);
  std::vector<TensorView> views = parse_safetensors(file.bytes(), path.string());
  auto tensors = std::make_unique<MappedTensors>(path.string());
  tensors->add(std::move(file), std::move(views));
  return tensors;
}

std::unique_ptr<TensorSource> open_safetensors_folder(const fs::path& folder) {
  const fs::path single = folder / "model.safetensors", index = folder / "model.safetensors.index.json";
  if (fs::exists(single)) return open_safetensors(single);
  if (fs::exists(index)) return open_shards(index);
  fail("{}: neither model.safetensors nor model.safetensors.index.json is there", folder.string());
}

}  // namespace counterpoint::weights
