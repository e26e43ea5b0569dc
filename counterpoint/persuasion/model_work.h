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
  /// "412 tokens/s, 71 % of prompts reused", since construction.
  std::string detail() const;

 private:
  generate::ModelUse total() const;

  std::vector<generate::ChatModel*> models_;
  generate::ModelUse before_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace counterpoint::persuasion
