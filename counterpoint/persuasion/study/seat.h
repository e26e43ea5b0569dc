// A local model at work with its reader.
#pragma once
#include <memory>
#include <string>

#include "counterpoint/generate/engine.h"
#include "counterpoint/generate/reply_record.h"
#include "counterpoint/persuasion/growing_tree.h"

namespace counterpoint::persuasion {

struct Seat {
  std::unique_ptr<generate::ChatModel> model;
  std::unique_ptr<generate::ChatModel> reading;  ///< the reader's model, where it is another one
  std::unique_ptr<AnswerReader> reader;
  Speaker speaker;
};

/// `answer_model`: a model that reads the answers, without adapter; "" = the speaker's own. `record`: keeps
/// what is said, null: none; it must outlive the seat. Error: as generate::open_engine and make_answer_reader.
Seat open_seat(const std::string& name, const generate::EngineOptions& engine, const std::string& answer_mode,
               const std::string& answer_model = "", generate::ReplyRecord* record = nullptr);

}  // namespace counterpoint::persuasion
