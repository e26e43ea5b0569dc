// The models that a job keeps busy: each counted once, however many agents and readers share it.
#pragma once
#include <chrono>
#include <string>
#include <vector>

#include "counterpoint/generate/chat_model.h"

namespace counterpoint::persuasion {

class ModelWork {
 public:
  explicit ModelWork(const std::vector<generate::ChatModel*>& models);

  /// Lets each model do a bounded piece of work. False: nothing is under way in any.
  bool advance();
  /// "412 tokens/s, 71 % of prompts reused", since construction; for how long a server has said nothing, where it is
  /// long.
  std::string detail();

 private:
  generate::ModelUse total() const;

  std::vector<generate::ChatModel*> models_;
  generate::ModelUse before_, last_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now(), last_change_ = start_;
};

}  // namespace counterpoint::persuasion
