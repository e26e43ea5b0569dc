#include "counterpoint/data/toml.h"

#include <CLI/CLI.hpp>
#include <fstream>

#include "counterpoint/core/error.h"

namespace counterpoint::data {
namespace {

Json value_of(const std::string& text) {
  if (text == "true") return true;
  if (text == "false") return false;
  const Json number = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (number.is_number()) return number;
  return text;
}

Json value_of(const CLI::ConfigItem& item) {
  if (item.inputs.size() == 1 && item.inputs[0] != "[]") return value_of(item.inputs[0]);
  Json list = Json::array();
  for (const std::string& input : item.inputs)
    if (input != "[]") list.push_back(value_of(input));
  return list;
}

}  // namespace

Json read_toml(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) fail("{}: no such file, or it cannot be read", file.string());
  Json json = Json::object();
  try {
    for (const CLI::ConfigItem& item : CLI::ConfigTOML().from_config(in)) {
      if (item.name == "++" || item.name == "--") continue;  // where a table begins and ends
      Json* table = &json;
      for (const std::string& parent : item.parents) table = &(*table)[parent];
      (*table)[item.name] = value_of(item);
    }
  } catch (const CLI::Error& error) {
    fail("{}: not TOML: {}", file.string(), error.what());
  }
  return json;
}

}  // namespace counterpoint::data
