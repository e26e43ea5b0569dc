// load_chat_format: which file of a folder holds the chat template.
#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"
#include "counterpoint/text/chat_format.h"
#include "counterpoint/text/tokenizer_json.h"

namespace counterpoint::text {
namespace fs = std::filesystem;
namespace {

using nlohmann::json;

/// A template alone, or a list of {"name", "template"} of which "default" counts.
std::string template_in(const json& config, const fs::path& file) {
  const json found = config.value("chat_template", json());
  if (found.is_string()) return found.get<std::string>();
  for (const json& entry : found.is_array() ? found : json::array())
    if (entry.value("name", "") == "default") return entry.at("template").get<std::string>();
  fail("{}: no chat_template here; choose a chat format with --chat-format NAME", file.string());
}

/// A token is spelled as a string or as an object with "content".
std::string token_in(const json& config, const char* key) {
  const json token = config.value(key, json());
  if (token.is_string()) return token.get<std::string>();
  return token.is_object() ? token.value("content", "") : "";
}

std::unique_ptr<ChatFormat> from_files(const fs::path& folder) {
  const fs::path own = folder / "chat_template.jinja", config_file = folder / "tokenizer_config.json";
  if (!fs::exists(config_file) && !fs::exists(own))
    fail(
        "{}: no chat template here (expected tokenizer_config.json or chat_template.jinja); choose a chat format with "
        "--chat-format NAME",
        folder.string());
  const json config = fs::exists(config_file) ? parse_json_file(config_file) : json::object();
  try {
    const std::string jinja = fs::exists(own) ? read_file(own) : template_in(config, config_file);
    return recognise_chat_format(jinja, token_in(config, "bos_token"), token_in(config, "eos_token"));
  } catch (const json::exception& error) {
    fail("{}: not a tokenizer's configuration: {}", config_file.string(), error.what());
  }
}

}  // namespace

std::unique_ptr<ChatFormat> load_chat_format(const fs::path& folder, std::string_view name) {
  return name.empty() ? from_files(folder) : make_chat_format(name);
}

}  // namespace counterpoint::text
