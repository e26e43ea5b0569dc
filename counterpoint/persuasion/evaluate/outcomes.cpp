#include "counterpoint/persuasion/evaluate/outcomes.h"

#include <fmt/format.h>

#include <numeric>

#include "counterpoint/core/error.h"
#include "counterpoint/data/fields.h"

namespace counterpoint::persuasion {

void Outcomes::add_item(std::string id, std::string question) {
  ids_.push_back(std::move(id));
  questions_.push_back(std::move(question));
  none_.emplace_back();
  for (auto& [name, column] : columns_) column.emplace_back();
}

void Outcomes::set(const std::string& column, double value) {
  COUNTERPOINT_ASSERT(!ids_.empty());
  columns_.try_emplace(column, ids_.size()).first->second.back() = value;
}

const Outcomes::Column& Outcomes::column(const std::string& name) const {
  const auto found = columns_.find(name);
  return found == columns_.end() ? none_ : found->second;
}

std::vector<size_t> Outcomes::all_items() const {
  std::vector<size_t> items(size());
  std::iota(items.begin(), items.end(), size_t{0});
  return items;
}

std::vector<std::vector<size_t>> Outcomes::by_question() const {
  std::vector<std::vector<size_t>> groups;
  std::map<std::string, size_t> group_of;
  for (size_t item = 0; item < size(); ++item) {
    const auto [at, is_new] = group_of.emplace(questions_[item], groups.size());
    if (is_new) groups.emplace_back();
    groups[at->second].push_back(item);
  }
  return groups;
}

data::Json Outcomes::item_json(size_t item) const {
  data::Json out = data::Json::object();
  for (const auto& [name, column] : columns_)
    if (column[item]) out[name] = *column[item];
  return out;
}

Outcomes Outcomes::select(const std::vector<size_t>& items) const {
  Outcomes out;
  for (const size_t item : items) {
    out.add_item(ids_[item], questions_[item]);
    for (const auto& [name, column] : columns_)
      if (column[item]) out.set(name, *column[item]);
  }
  return out;
}

Outcomes outcomes_from_json(const data::Json& evaluation, const std::string& where) {
  Outcomes out;
  const data::Fields top(evaluation, where);
  for (const data::Json& row : top.list("items")) {
    const data::Fields item(row, fmt::format("{}[{}]", top.where("items"), out.size()));
    const std::string id = item.text("id");
    if (!item.has("outcomes")) continue;
    out.add_item(id, item.text("question_id"));
    for (const auto& value : item.object("outcomes").items()) {
      if (!value.value().is_number()) item.wrong("outcomes", fmt::format("'{}' is no number", value.key()));
      out.set(value.key(), value.value().get<double>());
    }
  }
  return out;
}

}  // namespace counterpoint::persuasion
