#include "counterpoint/commands/pbt/speakers.h"

namespace counterpoint::commands {

persuasion::Speaker Speakers::get(const std::string& name, const ModelSpec& spec) {
  generate::ChatModel& model = shelf_.get(spec);
  const bool reads_itself = replies_.answer_model.empty() || replies_.answer_mode == "alias";
  generate::ChatModel& reading = reads_itself ? model : shelf_.get({replies_.answer_model, ""});
  readers_.push_back(persuasion::make_answer_reader(replies_.answer_mode, &reading));
  return {{name, spec.model, spec.adapter}, &model, readers_.back().get()};
}

}  // namespace counterpoint::commands
