#include "counterpoint/core/error.h"
#include "counterpoint/weights/config_reader.h"
#include "counterpoint/weights/model_parts.h"
#include "counterpoint/weights/safetensors.h"

namespace counterpoint::weights {
namespace fs = std::filesystem;
namespace {

/// What else the user may have meant by a folder without config.json.
std::string hint_for(const fs::path& folder) {
  if (fs::exists(folder / "adapter_config.json")) return "; it holds an adapter, the model is a folder of its own";
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".gguf") return "; did you mean " + entry.path().string() + "?";
  return "";
}

}  // namespace

ModelFiles open_hf_folder(const fs::path& folder, const OpenOptions& options) {
  ModelFiles files;
  if (options.tensors) {
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
