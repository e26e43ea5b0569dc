// The JSON of an evaluation: {"evaluation", "figures": [..], "items": [{"id", "question_id", .., "outcomes"}, ..]}. The
// command adds "settings". An item that failed has "error" and no "outcomes".
#pragma once
#include "counterpoint/core/error.h"
#include "counterpoint/persuasion/evaluate/evaluation.h"
#include "counterpoint/persuasion/evaluate/figures.h"

namespace counterpoint::persuasion {

/// An item of which a reply or reading failed.
struct Failure {
  std::string id, why;
};
/// Of a result's "items".
std::vector<Failure> failures_of(const data::Json& items);

data::Json to_json(const Heard& heard);
/// [{"metric", "value", "low", "high", "n"}, ..]
data::Json to_json(const std::vector<Figure>& figures);

/// Items whose outcomes begin at `next`, which is moved behind them; items with an error have no outcome.
template <class Item, class ItemJson>
data::Json items_json(const std::vector<Item>& items, const Outcomes& outcomes, size_t& next,
                      const ItemJson& item_json) {
  data::Json rows = data::Json::array();
  for (const Item& item : items) {
    data::Json row{{"id", item.id}, {"question_id", item.question_id}};
    if (item.error.empty()) {
      COUNTERPOINT_ASSERT(outcomes.id(next) == item.id);
      row.update(item_json(item));
      row["outcomes"] = outcomes.item_json(next++);
    } else {
      row["error"] = item.error;
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

template <class Result, class ItemJson>
data::Json result_json(const char* evaluation, const Result& result, const std::vector<Statistic>& statistics,
                       const ItemJson& item_json) {
  const Outcomes outcomes = outcomes_of(result);
  size_t next = 0;
  return {{"evaluation", evaluation},
          {"figures", to_json(figures_of(outcomes, statistics))},
          {"items", items_json(result.items, outcomes, next, item_json)}};
}

}  // namespace counterpoint::persuasion
