#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/data/fields.h"
#include "counterpoint/weights/config_reader.h"
#include "counterpoint/weights/model_parts.h"
#include "counterpoint/weights/safetensors.h"

namespace counterpoint::weights {
namespace fs = std::filesystem;
using data::Fields;
using data::Json;
namespace {

/// What else the user may have meant by a folder without config.json.
std::string hint_for(const fs::path& folder) {
  if (fs::exists(folder / "adapter_config.json")) return "; it holds an adapter, the model is a folder of its own";
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".gguf") return "; did you mean " + entry.path().string() + "?";
  return "";
}

/// A special token is a text or an object with its "content".
std::string token_text(const Fields& fields, const std::string& key) {
  if (!fields.has(key)) return "";
  if (fields.at(key).is_string()) return fields.text(key);
  return Fields(fields.object(key), fields.where(key)).text("content");
}

/// One text or a list of named templates, of which we take "default".
std::string template_text(const Fields& fields) {
  if (!fields.has("chat_template")) return "";
  if (fields.at("chat_template").is_string()) return fields.text("chat_template");
  for (const Json& item : fields.list("chat_template")) {
    const Fields named(item, fields.where("chat_template"));
    if (named.text("name") == "default") return named.text("template");
  }
  return "";
}

ChatTemplate read_chat_template(const fs::path& folder) {
  ChatTemplate chat;
  const fs::path config = folder / "tokenizer_config.json", jinja = folder / "chat_template.jinja";
  if (fs::exists(config)) {
    const Json json = data::read_json(config);
    const Fields fields(json, config.string());
    chat = {template_text(fields), token_text(fields, "bos_token"), token_text(fields, "eos_token")};
  }
  if (fs::exists(jinja)) chat.jinja = read_file(jinja);
  return chat;
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
  if (options.chat) files.chat_format = choose_chat_format(read_chat_template(folder), options, folder.string());
  return files;
}

}  // namespace counterpoint::weights
