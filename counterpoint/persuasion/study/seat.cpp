#include "counterpoint/persuasion/study/seat.h"

#include "counterpoint/generate/recorded_model.h"

namespace counterpoint::persuasion {

Seat open_seat(const std::string& name, const generate::EngineOptions& engine, const std::string& answer_mode,
               const std::string& answer_model, generate::ReplyRecord* record) {
  const auto open = [&](const generate::EngineOptions& what) {
    std::unique_ptr<generate::ChatModel> model = generate::open_engine(what);
    return record ? generate::record_replies(std::move(model), generate::identity_of(what), *record) : std::move(model);
  };
  Seat seat;
  seat.model = open(engine);
  if (!answer_model.empty() && answer_mode != "alias") {
    generate::EngineOptions other = engine;
    other.model = answer_model;
    other.adapter.clear();
    seat.reading = open(other);
  }
  seat.reader = make_answer_reader(answer_mode, seat.reading ? seat.reading.get() : seat.model.get());
  seat.speaker = {{name, engine.model.string(), engine.adapter.string()}, seat.model.get(), seat.reader.get()};
  return seat;
}

}  // namespace counterpoint::persuasion
