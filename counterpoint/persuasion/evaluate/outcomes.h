// What each item of an evaluation gave, by name: the numbers from which figures, intervals and comparisons come. An
// evaluation's JSON file carries them, so that another arm can be compared with it item by item later.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "counterpoint/data/jsonl.h"

namespace counterpoint::persuasion {

class Outcomes {
 public:
  using Column = std::vector<std::optional<double>>;  ///< by item; nullopt: does not apply to it

  /// The items that follow are told about with set().
  void add_item(std::string id, std::string question);
  /// Of the item added last. Truths are 0 and 1.
  void set(const std::string& column, double value);

  size_t size() const { return ids_.size(); }
  const std::string& id(size_t item) const { return ids_[item]; }
  const std::string& question(size_t item) const { return questions_[item]; }
  /// One value an item; all nullopt where there is no such column.
  const Column& column(const std::string& name) const;
  /// 0, 1, ..: every item once.
  std::vector<size_t> all_items() const;
  /// Items by question, in the order of each question's first item.
  std::vector<std::vector<size_t>> by_question() const;
  /// {"accuracy": 1, ..}: what was set for one item.
  data::Json item_json(size_t item) const;
  /// These items in this order.
  Outcomes select(const std::vector<size_t>& items) const;

 private:
  std::vector<std::string> ids_, questions_;
  std::map<std::string, Column> columns_;
  Column none_;
};

/// From an evaluation's JSON: {"items": [{"id", "question_id", "outcomes": {..}}, ..]}; items without "outcomes" failed
/// and are left out. Error: a missing or wrong key, by name and place.
Outcomes outcomes_from_json(const data::Json& evaluation, const std::string& where);

}  // namespace counterpoint::persuasion
