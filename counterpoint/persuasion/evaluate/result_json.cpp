#include "counterpoint/persuasion/evaluate/result_json.h"

namespace counterpoint::persuasion {

std::vector<Failure> failures_of(const data::Json& items) {
  std::vector<Failure> failures;
  for (const data::Json& item : items)
    if (item.contains("error")) failures.push_back({item["id"], item["error"]});
  return failures;
}

data::Json to_json(const Heard& heard) {
  data::Json out{{"text", heard.text}, {"answer", heard.answer}, {"correct", heard.correct}};
  if (heard.confidence) out["confidence"] = *heard.confidence;
  return out;
}

data::Json to_json(const std::vector<Figure>& figures) {
  data::Json rows = data::Json::array();
  for (const Figure& figure : figures) rows.push_back(to_json(figure));
  return rows;
}

}  // namespace counterpoint::persuasion
