#include "counterpoint/persuasion/evaluate/result_json.h"

namespace counterpoint::persuasion {

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
