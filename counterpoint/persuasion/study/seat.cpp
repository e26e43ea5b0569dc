#include "counterpoint/persuasion/study/seat.h"

namespace counterpoint::persuasion {

Seat open_seat(const std::string& name, const generate::EngineOptions& engine, const std::string& answer_mode,
               const std::string& answer_model) {
  Seat seat;
  seat.model = generate::open_engine(engine);
  if (!answer_model.empty() && answer_mode != "alias") {
    generate::EngineOptions other = engine;
    other.model = answer_model;
    other.adapter.clear();
    seat.reading = generate::open_engine(other);
  }
  seat.reader = make_answer_reader(answer_mode, seat.reading ? seat.reading.get() : seat.model.get());
  seat.speaker = {{name, engine.model.string(), engine.adapter.string()}, seat.model.get(), seat.reader.get()};
  return seat;
}

}  // namespace counterpoint::persuasion
