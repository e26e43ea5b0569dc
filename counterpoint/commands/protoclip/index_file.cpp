#include "counterpoint/commands/protoclip/index_file.h"

#include <algorithm>
#include <cctype>
#include <cstring>

#include "counterpoint/core/error.h"
#include "counterpoint/core/strings.h"
#include "counterpoint/protoclip/train/tensor_file.h"

namespace counterpoint::commands::protoclip {
namespace {

namespace method = counterpoint::protoclip;
using torch::Tensor;

Tensor bytes_of(const std::string& text) {
  Tensor bytes = torch::empty({std::ssize(text)}, torch::TensorOptions(torch::kUInt8));
  if (!text.empty()) std::memcpy(bytes.mutable_data_ptr(), text.data(), text.size());
  return bytes;
}

Tensor lines_of(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + '\n';
  return bytes_of(text);
}

std::vector<std::string> on_one_line(std::vector<std::string> captions) {
  for (std::string& caption : captions) std::replace(caption.begin(), caption.end(), '\n', ' ');
  return captions;
}

/// A file's tensors, each asked for with its type and number of dimensions.
class Parts {
 public:
  explicit Parts(const std::filesystem::path& file) : where_(file.string()), tensors_(method::read_tensors(file)) {}

  Tensor get(const char* name, torch::ScalarType type, std::int64_t dimensions) const {
    if (!method::has_tensor(tensors_, name))
      fail("{}: no file of 'protoclip embed': it has no tensor '{}'", where_, name);
    const Tensor tensor = method::named(tensors_, name, where_);
    if (tensor.scalar_type() != type || tensor.dim() != dimensions)
      fail("{}: no file of 'protoclip embed': '{}' has another type or shape", where_, name);
    return tensor;
  }
  Tensor features(const char* name) const {
    return method::has_tensor(tensors_, name) ? get(name, torch::kFloat32, 2) : Tensor();
  }
  std::string text(const char* name) const {
    const Tensor bytes = get(name, torch::kUInt8, 1);
    return {static_cast<const char*>(bytes.const_data_ptr()), static_cast<size_t>(bytes.numel())};
  }
  std::vector<std::string> lines(const char* name) const {
    std::vector<std::string> out = split(text(name), '\n');
    out.pop_back();
    return out;
  }

 private:
  std::string where_;
  method::NamedTensors tensors_;
};

/// A data: address of a JPEG and nothing else.
bool is_thumbnail(const std::string& address) {
  constexpr std::string_view start = "data:image/jpeg;base64,";
  return address.starts_with(start) && std::all_of(address.begin() + start.size(), address.end(), [](unsigned char c) {
           return std::isalnum(c) || c == '+' || c == '/' || c == '=';
         });
}

bool fits(const Index& index) {
  const std::int64_t pictures = std::ssize(index.keys), captions = std::ssize(index.captions);
  const bool rows = (!index.images.defined() || index.images.size(0) == pictures) &&
                    (!index.texts.defined() || index.texts.size(0) == captions);
  const bool owners = captions == 0 || (index.owner.min().item<std::int64_t>() >= 0 &&
                                        index.owner.max().item<std::int64_t>() < pictures);
  return rows && index.owner.numel() == captions && owners &&
         (index.thumbnails.empty() || std::ssize(index.thumbnails) == pictures);
}

}  // namespace

std::vector<std::string> Index::first_captions() const {
  std::vector<std::string> first(keys.size());
  const auto of = owner.accessor<std::int64_t, 1>();
  for (std::int64_t m = std::ssize(captions); m-- > 0;)
    first[static_cast<size_t>(of[m])] = captions[static_cast<size_t>(m)];
  return first;
}

void write_index(const std::filesystem::path& file, const Index& index) {
  for (const std::string& key : index.keys)
    if (key.find('\n') != std::string::npos) fail("the sample '{}' has a line break in its key", key);
  method::NamedTensors tensors;
  if (index.images.defined()) tensors.emplace_back("images", index.images);
  if (index.texts.defined()) tensors.emplace_back("texts", index.texts);
  tensors.emplace_back("owner", index.owner);
  tensors.emplace_back("weights", torch::tensor({static_cast<std::int64_t>(index.weights)}, torch::kInt64));
  tensors.emplace_back("keys", lines_of(index.keys));
  tensors.emplace_back("captions", lines_of(on_one_line(index.captions)));
  tensors.emplace_back("thumbnails", lines_of(index.thumbnails));
  tensors.emplace_back("model", bytes_of(index.model));
  method::write_tensors(file, tensors);
}

Index read_index(const std::filesystem::path& file_or_folder) {
  const std::filesystem::path file = index_file(file_or_folder);
  const Parts parts(file);
  Index index{.images = parts.features("images"),
              .texts = parts.features("texts"),
              .keys = parts.lines("keys"),
              .captions = parts.lines("captions"),
              .owner = parts.get("owner", torch::kInt64, 1),
              .thumbnails = parts.lines("thumbnails"),
              .model = parts.text("model")};
  const Tensor weights = parts.get("weights", torch::kInt64, 1);
  if (weights.numel() != 1 || !fits(index)) fail("{}: damaged: its parts do not fit together", file.string());
  index.weights = static_cast<std::uint64_t>(weights.item<std::int64_t>());
  for (std::string& address : index.thumbnails)
    if (!is_thumbnail(address)) address.clear();
  return index;
}

std::filesystem::path index_file(const std::filesystem::path& file_or_folder) {
  return file_or_folder.extension() == ".safetensors" ? file_or_folder : file_or_folder / "embeddings.safetensors";
}

}  // namespace counterpoint::commands::protoclip
