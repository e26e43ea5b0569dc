#include "counterpoint/data/toml.h"

#include <toml++/toml.h>
#include <algorithm>

#include "counterpoint/core/error.h"
#include "counterpoint/core/files.h"

namespace counterpoint::data {
namespace {

Json json_of(const toml::node& node, const std::string& where);

/// toml++ sorts a table's keys by name; a study's arms are told in the file's order.
Json json_of(const toml::table& table, const std::string& where) {
  std::vector<std::pair<std::string, const toml::node*>> items;
  for (const auto& [key, node] : table) items.emplace_back(std::string(key.str()), &node);
  std::stable_sort(items.begin(), items.end(), [](const auto& a, const auto& b) {
    const auto &first = a.second->source().begin, &second = b.second->source().begin;
    return std::pair(first.line, first.column) < std::pair(second.line, second.column);
  });
  Json json = Json::object();
  for (const auto& [key, node] : items) json[key] = json_of(*node, where);
  return json;
}

Json json_of(const toml::node& node, const std::string& where) {
  if (const auto* table = node.as_table()) return json_of(*table, where);
  if (const auto* list = node.as_array()) {
    Json json = Json::array();
    for (const toml::node& item : *list) json.push_back(json_of(item, where));
    return json;
  }
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* flag = node.as_boolean()) return flag->get();
  if (const auto* number = node.as_floating_point()) return number->get();
  if (const auto* whole = node.as_integer())
    return whole->get() < 0 ? Json(whole->get()) : Json(static_cast<std::uint64_t>(whole->get()));
  fail("{}: line {}: dates and times have no use here", where, node.source().begin.line);
}

}  // namespace

Json read_toml(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) fail("{}: no such file", file.string());
  const std::string text = read_file(file);
  try {
    return json_of(toml::parse(text), file.string());
  } catch (const toml::parse_error& error) {
    fail("{}: not TOML: line {}: {}", file.string(), error.source().begin.line, error.description());
  }
}

}  // namespace counterpoint::data
