// The models that speak in a command, each opened once, with a reader for each.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "counterpoint/commands/pbt/model_options.h"
#include "counterpoint/commands/pbt/question_options.h"
#include "counterpoint/persuasion/growing_tree.h"

namespace counterpoint::commands {

class Speakers {
 public:
  /// `replies`: how answers are read; must outlive this.
  Speakers(const ModelOptions& models, const ReplyOptions& replies) : replies_(replies), shelf_(models) {}
  /// Error: what opening the model says; an answer mode that it cannot be read by.
  persuasion::Speaker get(const std::string& name, const ModelSpec& spec);

 private:
  const ReplyOptions& replies_;
  ModelShelf shelf_;
  std::vector<std::unique_ptr<persuasion::AnswerReader>> readers_;
};

}  // namespace counterpoint::commands
