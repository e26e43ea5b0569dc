#include "counterpoint/commands/protoclip/index_file.h"

#include <algorithm>
#include <cctype>

#include "counterpoint/core/error.h"
#include "counterpoint/protoclip/tensor_file.h"

namespace counterpoint::commands::protoclip {
namespace {

namespace method = counterpoint::protoclip;
using torch::Tensor;

std::vector<std::string> on_one_line(std::vector<std::string> captions) {
  for (std::string& caption : captions) std::replace(caption.begin(), caption.end(), '\n', ' ');
  return captions;
}

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
  const bool thumbnails = index.thumbnails.empty() || std::ssize(index.thumbnails) == pictures;
  if (!rows || !thumbnails || index.owner.numel() != captions) return false;
  return captions == 0 ||
         (index.owner.min().item<std::int64_t>() >= 0 && index.owner.max().item<std::int64_t>() < pictures);
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
  method::NamedTensors tensors;
  if (index.images.defined()) tensors.emplace_back("images", index.images);
  if (index.texts.defined()) tensors.emplace_back("texts", index.texts);
  tensors.emplace_back("owner", index.owner);
  tensors.emplace_back("weights", torch::tensor({static_cast<std::int64_t>(index.weights)}, torch::kInt64));
  tensors.emplace_back("keys", method::line_tensor(index.keys));
  tensors.emplace_back("captions", method::line_tensor(on_one_line(index.captions)));
  tensors.emplace_back("thumbnails", method::line_tensor(index.thumbnails));
  tensors.emplace_back("model", method::text_tensor(index.model));
  method::write_tensors(file, tensors);
}

Index read_index(const std::filesystem::path& file_or_folder) {
  const std::filesystem::path file = index_file(file_or_folder);
  const method::TensorFile parts(file, "'protoclip embed'");
  const auto features = [&](const char* name) {
    return parts.has(name) ? parts.get(name, torch::kFloat32, 2) : Tensor();
  };
  Index index{.images = features("images"),
              .texts = features("texts"),
              .keys = parts.lines("keys"),
              .captions = parts.lines("captions"),
              .owner = parts.get("owner", torch::kInt64, 1),
              .thumbnails = parts.lines("thumbnails"),
              .model = parts.text("model"),
              .weights = static_cast<std::uint64_t>(parts.number("weights"))};
  if (!fits(index)) fail("{}: damaged: its parts do not fit together", file.string());
  for (std::string& address : index.thumbnails)
    if (!is_thumbnail(address)) address.clear();
  return index;
}

std::filesystem::path index_file(const std::filesystem::path& file_or_folder) {
  return file_or_folder.extension() == ".safetensors" ? file_or_folder : file_or_folder / "embeddings.safetensors";
}

}  // namespace counterpoint::commands::protoclip
