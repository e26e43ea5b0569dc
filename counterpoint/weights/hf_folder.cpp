#include "counterpoint/core/error.h"
#include "counterpoint/weights/config_reader.h"
#include "counterpoint/weights/model_parts.h"
#include "counterpoint/weights/safetensors.h"

namespace counterpoint::weights {
namespace fs = std::filesystem;
namespace {

/// What else the user may have meant by a folder without config.json.
std::string hint_for(const fs::path& folder) {
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".gguf") return "; did you mean " + entry.path().string() + "?";
  return "";
}

}  // namespace

bool holds_weights(const fs::path& folder) {
  return fs::exists(folder / "model.safetensors") || fs::exists(folder / "model.safetensors.index.json");
}

ModelFiles open_hf_folder(const fs::path& folder, const OpenOptions& options) {
  ModelFiles files;
  if (options.tensors) {
    // A run of training has a config.json of its own beside its adapter.
    if (fs::exists(folder / "adapter_config.json") && !holds_weights(folder))
      fail("{} is an adapter: name it with --adapter, beside the --model that it was made for", folder.string());
    if (!fs::exists(folder / "config.json"))
      fail("{} is no model: it has no config.json{}", folder.string(), hint_for(folder));
    files.config = read_hf_config(folder);
    files.tensors = open_safetensors_folder(folder);
  }
  if (!options.tokenizer) return files;
  files.tokenizer = text::load_tokenizer(folder);
  if (options.chat) files.chat_format = text::load_chat_format(folder, options.chat_format);
  return files;
}

}  // namespace counterpoint::weights
